/* SPDX-License-Identifier: ISC */
/*
 * interrupt: the signals.  They are read from a descriptor, so that every loop
 * ends where it can still say what it has done, and no handler runs.
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
 * Block the signals in this thread and those it starts, and ignore SIGPIPE: a
 * closed pipe is an error of write(2).  Without `report` SIGQUIT stays as it
 * is.  Once, before any other thread.  Returns -1 with the reason.
 */
int interrupt_open(bool report, struct failure *);

/* Readable when there is something to read; poll(2) for POLLIN. */
int interrupt_fd(void);

/* What has come, INTERRUPT_NONE when nothing has.  Never waits. */
enum interrupt interrupt_read(void);

/* From now on a signal ends the program at once. */
void interrupt_close(void);

#endif
