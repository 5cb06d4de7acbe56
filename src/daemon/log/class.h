/* SPDX-License-Identifier: ISC */
/*
 * class: log lines that may repeat without end are of a class, of which so many
 * are written in a time; the others are counted, and the count is written.
 */
#ifndef ECHOD_CLASS_H
#define ECHOD_CLASS_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/log/log.h"

struct errbuf;

enum log_class {
	/* Lines of the master, counted in its own memory. */
	CLASS_VIOLATION, /* alone, so that nothing else can hide it */
	CLASS_DIED,
	CLASS_FORKER,
	CLASS_FROZEN,
	CLASS_KILLED,
	CLASS_LOGGER,
	CLASS_REPORTER,
	CLASS_FORK,
	CLASS_AT_MAX,
	CLASS_VAIN,
	CLASS_LISTENER,
	CLASS_RELOAD_REFUSED,
	CLASS_CONTROL,
	CLASS_UPGRADE_REFUSED,
	/* Lines of workers, counted in memory that they share. */
	CLASS_OF_WORKERS,
	CLASS_ACCEPT = CLASS_OF_WORKERS,
	CLASS_ACCEPT_LEAVING,
	CLASS_CANNOT_START,
	CLASSES,
};

/* Make the shared memory, once.  -1 with the reason in err. */
int class_open(struct errbuf *);

/*
 * Write a line, with left_out=N at its end if lines like it were left out
 * before; or leave it out, and return false.
 */
bool class_log(enum log_class, enum log_level, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * The master: write the counts whose time has come and that no line has
 * written; at the end of echod, `all` of them.  Returns the clock_ms() to be
 * called again at, INT64_MAX when nothing was left out.  Workers do not wake the
 * master for this: it tells their counts when it wakes for something else.
 */
int64_t class_tell(int64_t now_ms, bool all);

#endif
