/* SPDX-License-Identifier: ISC */
/*
 * open: opens a listening socket, also at an address that another one of ours
 * is in the way of.
 */
#ifndef ECHOD_OPEN_H
#define ECHOD_OPEN_H

#include <stdbool.h>

struct addr;
struct config;

/*
 * Open, bind and listen, with all options.  `beside` are descriptors of `count`
 * listeners of ours that are in the way, and will be drained.  Returns the
 * descriptor, with a fixed number (descriptors.h); -1 with errno.
 */
int open_listener(const struct addr *, const int *beside, unsigned count,
    const struct config *);

/*
 * Whether such an error of open_listener() means that this system does not have
 * the family of the address, for which a name may stand among others.
 */
bool open_family_missing(const struct addr *, int error);

#endif
