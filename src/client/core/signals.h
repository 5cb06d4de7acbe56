/* SPDX-License-Identifier: ISC */
/*
 * signals: the signals.  The first one is read from a descriptor, so that
 * every loop ends where it can still say what it has done; the second one
 * ends the program, wherever it is.  A limit of the machine sends some as well.
 */
#ifndef ECHOC_SIGNALS_H
#define ECHOC_SIGNALS_H

#include <stdbool.h>

struct failure;

enum interrupt {
	SIGNALS_NONE,
	SIGNALS_STOP,	/* any but SIGQUIT: end, and say what was done */
	SIGNALS_REPORT, /* SIGQUIT, where it was asked for: say it, go on */
};

/*
 * Call it before anything is written: a closed pipe and a limit of the file
 * size are errors of write(2), and no signals.
 */
void signals_spare_writes(void);

/*
 * Catch SIGINT, SIGTERM, SIGHUP and SIGXCPU, with `report` SIGQUIT too; a
 * signal that was ignored stays so.  Only the first two end the program when
 * they are the second one.  Once.  Returns -1 with the reason.
 */
int signals_open(bool report, struct failure *);

/* Readable when there is something to read; poll(2) for POLLIN. */
int signals_fd(void);

/* What has come, SIGNALS_NONE when nothing has.  Never waits. */
enum interrupt signals_read(void);

/* "interrupted", and by what if nobody has pressed a key or sent a signal. */
const char *signals_words(void);

/* Whether to stop; what else has come stays for signals_read. */
bool signals_stopped(void);

#endif
