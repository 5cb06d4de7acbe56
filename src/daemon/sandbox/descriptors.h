/* SPDX-License-Identifier: ISC */
/*
 * descriptors: closes descriptors that a process must not have, and gives
 * numbers to others.  A filter of system calls cannot tell what a descriptor
 * is, but it can compare its number.  So descriptors that a worker is born with
 * have fixed, high numbers, and those that it opens itself, above all
 * connections, have low ones.
 */
#ifndef ECHOD_DESCRIPTORS_H
#define ECHOD_DESCRIPTORS_H

#include <stddef.h>

/* The lowest number of a fixed descriptor; a worker opens only lower ones. */
enum { DESCRIPTORS_FIXED = 16 };

/*
 * Move a descriptor to a fixed number, close-on-exec.  Returns the new one, or
 * -1 with errno; the old one is closed in any case.  EMFILE also means that the
 * limit of open files is too low for such a number.
 */
int descriptors_fix(int fd);

enum { DESCRIPTORS_KEEP = 160 }; /* so many can be listed */

/* The number that the next descriptor to be opened will have; -1 with errno. */
int descriptors_next(void);

/* Close each descriptor that is not listed; 0 to 2 become /dev/null then. */
void descriptors_keep(const int *keep, size_t n);

#endif
