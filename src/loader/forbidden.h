/* SPDX-License-Identifier: ISC */
/*
 * forbidden: system calls that echod-load has no use for.
 *
 * What a name service module does cannot be known: it may connect to a daemon,
 * read any file, start a thread.  So this is a list of what is forbidden, unlike
 * that of workers: it keeps a parser that was taken over by a hostile file from
 * the calls with which a process reaches other processes or attacks the kernel,
 * and no more than that.
 */
#ifndef ECHOD_FORBIDDEN_H
#define ECHOD_FORBIDDEN_H

/*
 * From here on these calls fail with EPERM.  It takes no_new_privs.  Best
 * effort: the setting `sandbox` is not known yet, and a load must not fail
 * where filters cannot be had.
 */
void forbidden_install(void);

#endif
