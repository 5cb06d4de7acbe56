/* SPDX-License-Identifier: ISC */
#include "daemon/master/generation.h"

void
generation_replace(struct generation *now, struct generation *next)
{
	now->number = next->number;
	now->config = next->config;
	listener_set_commit(&now->listeners, &next->listeners, &now->config);
	next->number = 0;
}
