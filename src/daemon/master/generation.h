/* SPDX-License-Identifier: ISC */
/*
 * generation: a configuration, the listeners that it asks for, and the number
 * by which its workers are known.  The master has the one in force, a reload
 * the one to come.
 */
#ifndef ECHOD_GENERATION_H
#define ECHOD_GENERATION_H

#include "config/config.h"
#include "daemon/master/listener.h"

struct generation {
	unsigned number; /* 1 is the first; 0: there is none */
	struct config config;
	struct listener_set listeners;
};

/*
 * Put `next` into the place of `now`, whose workers and listeners must have
 * been retired before.  Listeners that both have take the options of the next
 * configuration.  Cannot fail; `next` is empty afterwards.
 */
void generation_replace(struct generation *now, struct generation *next);

#endif
