/* SPDX-License-Identifier: ISC */
/*
 * open: opens a listening socket, if need be at an address that overlaps with
 * that of another listener of ours.
 */
#ifndef ECHOD_OPEN_H
#define ECHOD_OPEN_H

#include <stdbool.h>

struct addr;
struct config;

/*
 * Open a socket, set its options, bind it and listen.  `beside` are the
 * descriptors of `count` listeners of ours that overlap, and that will be
 * drained.  Returns the descriptor, with a fixed number (descriptors.h); -1
 * with errno.
 */
int open_listener(const struct addr *, const int *beside, unsigned count,
    const struct config *);

/*
 * Whether this errno of open_listener() means that this system does not have
 * the family of the address.  That is no error for a name like localhost, which
 * stands for addresses of both.
 */
bool open_family_missing(const struct addr *, int error);

#endif
