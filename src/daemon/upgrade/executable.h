/* SPDX-License-Identifier: ISC */
/*
 * executable: the program that an upgrade executes: checks its file, and starts
 * it.
 */
#ifndef ECHOD_EXECUTABLE_H
#define ECHOD_EXECUTABLE_H

#include <sys/types.h>

struct errbuf;

/*
 * Check the file by whose path this echod was started (environment.h).  It has
 * to be a regular file that we may execute; and if we are root, one that nobody
 * else can write to or replace (trust.h).  -1 with the reason in err.  What is
 * only doubtful is logged as a warning.
 */
int executable_check(struct errbuf *);

/*
 * Execute it in a child, with the arguments, variables, directory and standard
 * streams that this process was started with, and with one more descriptor,
 * `link`, whose number is in the variable ECHOD_HANDOVER.  All other
 * descriptors are closed.  A child that cannot execute it says why in the link
 * (handover.h).  Returns its pid, or -1 with errno.
 *
 * The signals that a master reads stay blocked: so one that comes before the
 * new program can read it does not end it, but waits.
 */
pid_t executable_start(int link);

#endif
