/* SPDX-License-Identifier: ISC */
/*
 * signals: dispositions and masks.  The master reads its signals from a
 * descriptor; a worker has a handler, and unblocks only where it waits, so that
 * no signal is lost between a check and a sleep.
 */
#ifndef ECHOD_SIGNALS_H
#define ECHOD_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

struct errbuf;

/*
 * What signals ask of the master.  These are bits, so that several HUPs before
 * the master reads them are one reload.
 */
enum request {
	REQUEST_REAP = 1 << 0,	  /* CHLD */
	REQUEST_RELOAD = 1 << 1,  /* HUP */
	REQUEST_STOP = 1 << 2,	  /* TERM: when the clients are served */
	REQUEST_QUIT = 1 << 3,	  /* INT, QUIT: now */
	REQUEST_REPORT = 1 << 4,  /* USR1 */
	REQUEST_UPGRADE = 1 << 5, /* USR2 */
};

/*
 * To be called first in main(): block the signals that the master reads, so
 * that none is lost, and ignore most others.
 */
void signals_block(void);

/* A signalfd(2) for requests; -1 with the reason in err. */
int signals_open(struct errbuf *);

/*
 * The requests since the last call; 0: none.  If the descriptor cannot be read,
 * the signals are taken by sigtimedwait(2) instead, and *failed is the errno;
 * otherwise it is 0.
 */
unsigned signals_read(int fd, int *failed);

/*
 * Set the default dispositions, except for signals that a write can raise:
 * these stay ignored.
 */
void signals_default(void);

/* Ignore signals to the process group, in a child that has to survive them. */
void signals_deaf(void);

/*
 * In a worker: TERM, QUIT and ALRM call the handler, everything else is
 * ignored.  They stay blocked until signals_let() or a wait with
 * signals_waiting() as its mask.
 */
void signals_worker(void (*handler)(int));
void signals_let(void);
void signals_hold(void);
/*
 * SIGSYS, raised by a forbidden system call (seccomp(2)), calls the handler;
 * NULL: it ends the process.
 */
void signals_forbidden(void (*handler)(int, siginfo_t *, void *));
const sigset_t *signals_waiting(void);

/* "SIGTERM", for a log line. */
const char *signals_name(int signo);

/*
 * Whether this signal comes from a fault in the program, and not from another
 * process.
 */
bool signals_is_crash(int signo);

#endif
