/* SPDX-License-Identifier: ISC */
/*
 * process: attributes of this process: its name, and what its parent's death
 * means to it.
 */
#ifndef ECHOD_PROCESS_H
#define ECHOD_PROCESS_H

#include <sys/types.h>

struct errbuf;

/* Name this process "echod:ROLE" for ps(1); 15 bytes at most in all. */
void process_name(const char *role);

/*
 * Ask for a signal when the parent dies, and check that it has not died
 * already.  After a change of ids, which clears the request.
 * Returns -1 with the reason in err.
 */
int process_parent(pid_t parent, int signo, struct errbuf *);

#endif
