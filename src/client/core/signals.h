/* SPDX-License-Identifier: ISC */
/*
 * interrupt: the signals.  The first one is read from a descriptor, so that
 * every loop ends where it can still say what it has done; the second one
 * ends the program, wherever it is.  A limit of the machine sends some as well.
 */
#ifndef ECHOC_INTERRUPT_H
#define ECHOC_INTERRUPT_H

#include <stdbool.h>

struct failure;

enum interrupt {
	INTERRUPT_NONE,
	INTERRUPT_STOP,	  /* any but SIGQUIT: end, and say what was done */
	INTERRUPT_REPORT, /* SIGQUIT, where it was asked for: say it, go on */
};

/*
 * Call it before anything is written: a closed pipe and a limit of the file
 * size are errors of write(2), and no signals.
 */
void interrupt_spare_writes(void);

/*
 * Catch SIGINT, SIGTERM, SIGHUP and SIGXCPU, with `report` SIGQUIT too; a
 * signal that was ignored stays so.  Only the first two end the program when
 * they are the second one.  Once.  Returns -1 with the reason.
 */
int interrupt_open(bool report, struct failure *);

/* Readable when there is something to read; poll(2) for POLLIN. */
int interrupt_fd(void);

/* What has come, INTERRUPT_NONE when nothing has.  Never waits. */
enum interrupt interrupt_read(void);

/* "interrupted", and by what if nobody has pressed a key or sent a signal. */
const char *interrupt_words(void);

/* Whether to stop; what else has come stays for interrupt_read. */
bool interrupt_stopped(void);

#endif
