/* SPDX-License-Identifier: ISC */
/*
 * landlock: forbids this process every file, TCP address, abstract socket, and
 * process of others (landlock(7)), as far as the kernel knows how.  A filter of
 * system calls forbids more, but by names and numbers of calls alone; this
 * holds whatever call is used.
 */
#ifndef ECHOD_LANDLOCK_H
#define ECHOD_LANDLOCK_H

struct errbuf;

/*
 * Forbid all this for good, for this process and its children; this requires
 * no_new_privs.  Descriptors that are open stay usable.  Returns 0 also if the
 * kernel has no Landlock; -1 with the reason if it has and yet fails.
 */
int landlock_enter(struct errbuf *);

#endif
