/* SPDX-License-Identifier: ISC */
/*
 * executable: the file that an upgrade executes: whether it may be, and how.
 */
#ifndef ECHOD_EXECUTABLE_H
#define ECHOD_EXECUTABLE_H

#include <sys/types.h>

struct errbuf;

/*
 * Check the program of environment.h: a regular file that we may execute; and as
 * root, one that nobody else can write to or replace (trust.h).  -1 with the
 * reason in err; a warning is logged.
 */
int executable_check(struct errbuf *);

/*
 * Execute it in a child as this process was executed: with the same arguments,
 * variables and directory, standard streams, and with one more descriptor,
 * `link`, whose number is in ECHOD_HANDOVER.  All others are closed.  The child
 * says into the link why it cannot (handover.h).  Returns its pid, or -1 with
 * errno.
 *
 * Signals that the master reads stay blocked, so that one which comes early waits
 * for the new program and does not end it.
 */
pid_t executable_start(int link);

#endif
