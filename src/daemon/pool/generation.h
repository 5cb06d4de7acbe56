/* SPDX-License-Identifier: ISC */
/*
 * generation: a configuration, the listeners that it asks for, and the number
 * by which its workers are known.  The master has the one in force, a reload
 * the one to come.
 */
#ifndef ECHOD_GENERATION_H
#define ECHOD_GENERATION_H

#include "config/config.h"
#include "daemon/listen/listener.h"

struct generation {
	unsigned number; /* 1 is the first; 0: there is none */
	unsigned queue;	 /* of the log, in which its workers write */
	struct config config;
	struct listener_set listeners;
};

#endif
