/* SPDX-License-Identifier: ISC */
/*
 * violation: reports a system call that the filter of this process forbids, and
 * ends the process.  The kernel does not make such a call, but raises SIGSYS.
 */
#ifndef ECHOD_VIOLATION_H
#define ECHOD_VIOLATION_H

struct slot;

/*
 * From now on a forbidden call ends this process, and its children, by SIGSYS.
 * To be called before the filter is installed, which forbids sigaction(2).
 *
 * abort(3), and so the stack protector, ends the process by SIGABRT all the
 * same.  A call that a tracer has cancelled (strace -e inject) goes on.
 */
void violation_watch(void);

/*
 * From now on the number of a forbidden call is left in this slot
 * (scoreboard_broke()).
 */
void violation_note(struct slot *);

#endif
