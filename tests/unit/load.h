/* SPDX-License-Identifier: ISC */
/* load: a load of the configuration without another process. */
#ifndef ECHOD_TEST_LOAD_H
#define ECHOD_TEST_LOAD_H

#include <sysexits.h>

#include "config/config.h"
#include "config/options.h"
#include "loader/load.h"
#include "loader/text.h"

/* Both steps of a load; `now` is the configuration in force, or NULL. */
static inline int
config_load(struct config *next, const struct options *opt,
    const struct config *now, struct origin *places, struct errbuf *err)
{
	static const struct config_found nothing;
	static struct text text;
	const struct config_found *before = now != NULL ? &now->found :
							  &nothing;
	int status = load_read(&text, opt, before, err);

	return status != EX_OK ?
	    status :
	    load_config(next, &text, opt, before, places, err);
}

#endif
