/* SPDX-License-Identifier: ISC */
/*
 * signals: the only file that sets a disposition or a mask.
 *
 * The master has no handler: everything is blocked and read from a
 * descriptor.  A worker has one handler, and opens its signals only where it
 * waits; so none is lost between a check and a sleep.
 */
#ifndef ECHOD_SIGNALS_H
#define ECHOD_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

struct errbuf;

/* What a signal asks of the master; a set, for two HUPs are one reload. */
enum request {
	REQUEST_REAP = 1 << 0,	 /* CHLD */
	REQUEST_RELOAD = 1 << 1, /* HUP */
	REQUEST_STOP = 1 << 2,	 /* TERM: let what runs finish */
	REQUEST_QUIT = 1 << 3,	 /* INT, QUIT: now */
	REQUEST_REPORT = 1 << 4, /* USR1 */
};

/*
 * Call first in main(), whatever was inherited: from here on no signal that
 * echod uses can end it, the others are ignored, and none is lost.
 */
void signals_block(void);

/* A descriptor that is readable when a signal asks for something. */
int signals_open(struct errbuf *);

/* The requests that came since the last call; 0 when there are none. */
unsigned signals_read(int fd);

/*
 * In a process that is to be ended like any other, but for what a write can
 * fail with.
 */
void signals_default(void);

/* In a child that signals to the process group do not concern. */
void signals_deaf(void);

/*
 * In a worker: TERM, QUIT and ALRM call the handler, everything else is
 * ignored.  They stay blocked until signals_let() or a wait with
 * signals_waiting() as its mask.
 */
void signals_worker(void (*handler)(int));
void signals_let(void);
void signals_hold(void);
/* Let in what is pending, and no more. */
void signals_take(void);
const sigset_t *signals_waiting(void);

/* "SIGTERM", for a log line. */
const char *signals_name(int signo);

/* Whether it tells of a fault in the program, rather than of somebody's wish. */
bool signals_is_crash(int signo);

#endif
