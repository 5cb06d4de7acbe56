/* SPDX-License-Identifier: ISC */
/*
 * signals: the first signal makes a descriptor readable, so that every event
 * loop can end its run with a result; the second one kills the program, which
 * may be stuck in a write to a full pipe.
 */
#ifndef ECHOC_SIGNALS_H
#define ECHOC_SIGNALS_H

#include <stdbool.h>

struct failure;

enum signals {
	SIGNALS_NONE,
	SIGNALS_STOP,	/* end the run with its result; not for SIGQUIT */
	SIGNALS_REPORT, /* SIGQUIT: show the result so far, and go on */
};

/* Make a closed pipe and the limit of file size errors of write(2). */
void signals_spare_writes(void);

/*
 * Catch SIGINT, SIGTERM, SIGHUP and SIGXCPU, with `report` SIGQUIT too, but not
 * what our parent has set to be ignored.  Only SIGINT and SIGTERM kill as the
 * second signal.  To be called once.  Returns -1 with OUTCOME_LIMIT.
 */
int signals_open(bool report, struct failure *);

/* The descriptor for poll(2), readable after a signal. */
int signals_fd(void);

/* Take the next signal, SIGNALS_NONE if none has come.  Never waits. */
enum signals signals_read(void);

/* "interrupted", and by what if it was neither a key nor kill(1). */
const char *signals_words(void);

/* Whether to stop; a SIGQUIT stays for signals_read(). */
bool signals_stopped(void);

#endif
