/* SPDX-License-Identifier: ISC */
/*
 * interrupt: the signals.  The first one is read from a descriptor, so that
 * every loop ends where it can still say what it has done; the second one
 * ends the program, wherever it is.
 */
#ifndef ECHOC_INTERRUPT_H
#define ECHOC_INTERRUPT_H

#include <stdbool.h>

struct failure;

enum interrupt {
	INTERRUPT_NONE,
	INTERRUPT_STOP,	  /* SIGINT, SIGTERM: end, and say what was done */
	INTERRUPT_REPORT, /* SIGQUIT, where it was asked for: say it, go on */
};

/*
 * Catch SIGINT and SIGTERM, with `report` SIGQUIT too; a signal that was
 * ignored stays so.  SIGPIPE is ignored: a closed pipe is an error of
 * write(2).  Once.  Returns -1 with the reason.
 */
int interrupt_open(bool report, struct failure *);

/* Readable when there is something to read; poll(2) for POLLIN. */
int interrupt_fd(void);

/* What has come, INTERRUPT_NONE when nothing has.  Never waits. */
enum interrupt interrupt_read(void);

/* Whether to stop; what else has come stays for interrupt_read. */
bool interrupt_stopped(void);

#endif
