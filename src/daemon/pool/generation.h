/* SPDX-License-Identifier: ISC */
/*
 * generation: a configuration, the listeners that it asks for, and the number
 * that its forker and workers have in the table.  The master has the generation
 * in force, and a reload the next one.
 */
#ifndef ECHOD_GENERATION_H
#define ECHOD_GENERATION_H

#include "config/config.h"
#include "daemon/listen/listener.h"

struct generation {
	unsigned number; /* 1 is the first; 0: there is none */
	unsigned queue;	 /* the log queue of its workers (logger.h) */
	struct config config;
	struct listener_set listeners;
};

#endif
