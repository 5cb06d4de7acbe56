/* SPDX-License-Identifier: ISC */
/*
 * forbidden: forbids system calls that echod-load has no use for.
 *
 * What a module of a name service does cannot be known: it may connect to a
 * daemon, read any file, start a thread.  So, unlike for workers, there is a
 * list of forbidden calls, and not of allowed ones.  A parser that a hostile
 * file has taken over cannot reach other processes or attack the kernel by
 * these calls; it is not confined beyond that.
 */
#ifndef ECHOD_FORBIDDEN_H
#define ECHOD_FORBIDDEN_H

/*
 * From now on these calls fail with EPERM; this requires no_new_privs.  Without
 * filters there is no error: the setting `sandbox` is not known yet, and a load
 * must not fail where the kernel has none.
 */
void forbidden_install(void);

#endif
