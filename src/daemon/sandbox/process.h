/* SPDX-License-Identifier: ISC */
/*
 * process: attributes of this process (prctl(2)): its name, what its parent's
 * death means to it, and what it can never get back.
 */
#ifndef ECHOD_PROCESS_H
#define ECHOD_PROCESS_H

#include <sys/types.h>

struct errbuf;

/* "echod:worker".  The filter of workers knows it by where it is. */
extern const char process_worker[];

/* Name this process for ps(1): "echod:ROLE", 15 bytes at most. */
void process_name(const char *);

/*
 * Ask for a signal when the parent dies, and check that it has not died
 * already.  After a change of ids, which clears the request.
 * Returns -1 with the reason in err.
 */
int process_parent(pid_t parent, int signo, struct errbuf *);

/* No core file, no tracer of the same user, and /proc/PID belongs to root. */
int process_hide(struct errbuf *);

/* No program that it executes has more rights, set-user-ID or not. */
int process_no_new_privs(struct errbuf *);

#endif
