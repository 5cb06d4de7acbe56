/* SPDX-License-Identifier: ISC */
/*
 * process: sets attributes of this process (prctl(2)): its name, what happens
 * when its parent dies, and what it can never get back.
 */
#ifndef ECHOD_PROCESS_H
#define ECHOD_PROCESS_H

#include <sys/types.h>

struct errbuf;

/* "echod:worker".  The filter of workers knows this name by its address. */
extern const char process_worker[];

/* Name this process for ps(1): "echod:ROLE", 15 bytes at most. */
void process_name(const char *);

/*
 * Ask for a signal when the parent dies, and check that it has not died
 * already.  To be called after a change of ids, which cancels the request.  -1
 * with the reason in err.
 */
int process_parent(pid_t parent, int signo, struct errbuf *);

/*
 * Have no core file and no tracer of the same user, and /proc/PID belong to
 * root.
 */
int process_hide(struct errbuf *);

/* Let no program that it executes have more rights, not even by set-user-ID. */
int process_no_new_privs(struct errbuf *);

#endif
