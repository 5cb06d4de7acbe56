/* SPDX-License-Identifier: ISC */
/*
 * violation: what a confined process does when it has made a system call that
 * its filter forbids.  It has not been made then; the kernel has raised SIGSYS.
 */
#ifndef ECHOD_VIOLATION_H
#define ECHOD_VIOLATION_H

struct slot;

/*
 * Before the filter is installed, for its list has no sigaction(2): from then
 * on a forbidden call ends the process, and its children, by SIGSYS.
 *
 * abort(3), and so the stack protector, ends the process by SIGABRT all the
 * same.  A call that a tracer has cancelled (strace -e inject) goes on.
 */
void violation_watch(void);

/* The number of a forbidden call is left in this slot (scoreboard_broke()). */
void violation_note(struct slot *);

#endif
