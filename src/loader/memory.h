/* SPDX-License-Identifier: ISC */
/*
 * memory: the allocator of echod-load, which is that of the C library, but an
 * allocation that fails ends the load.  libconfig and libseccomp do not look at
 * what malloc(3) returns, and to name services a host or a user is unknown when
 * memory is short: the file would be blamed, or the filter be another one.
 *
 * Not with sanitizers, which have an allocator of their own.
 */
#ifndef ECHOD_MEMORY_H
#define ECHOD_MEMORY_H

/*
 * From now on, a failed allocation calls this, which must end the process and
 * must not need memory.
 */
void memory_guard(void (*end)(void));

#endif
