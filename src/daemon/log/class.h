/* SPDX-License-Identifier: ISC */
/*
 * class: limits log lines that may repeat without end.  Each belongs to a
 * class, of which only so many lines are written in a time; the others are
 * counted, and the log is told their number.
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
 * Write a line, with left_out=N at its end if N lines of the class were left
 * out before it; or leave it out, and return false.
 */
bool class_log(enum log_class, enum log_level, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * For the master: write the counts that no line has told, if it is time; at the
 * end of echod, `all` of them.  Returns the clock_ms() to call this again at,
 * INT64_MAX: nothing was left out.  Workers do not wake the master for this:
 * their counts are told when it wakes for another reason.
 */
int64_t class_tell(int64_t now_ms, bool all);

#endif
