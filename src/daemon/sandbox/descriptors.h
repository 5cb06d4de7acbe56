/* SPDX-License-Identifier: ISC */
/*
 * descriptors: which of them a process has, and which numbers.
 *
 * A filter of system calls cannot tell what a descriptor is, but it can compare
 * its number.  So what a worker is born with has fixed, high numbers, and what
 * it opens itself, connections above all, has low ones.
 */
#ifndef ECHOD_DESCRIPTORS_H
#define ECHOD_DESCRIPTORS_H

#include <stddef.h>

/* The lowest number of a fixed descriptor; all that a worker opens are below. */
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
