/* SPDX-License-Identifier: ISC */
/*
 * halfopen: finds connections that are begun but not in an accept queue yet,
 * because their handshake is under way or TCP_DEFER_ACCEPT waits for their
 * data.  A listening socket tells nothing about them, so the kernel is asked by
 * sock_diag(7).
 */
#ifndef ECHOD_HALFOPEN_H
#define ECHOD_HALFOPEN_H

#include <stdbool.h>

struct addr;

/*
 * Whether there is such a connection to this local address, which may be a
 * wildcard.  Also true if the kernel does not answer.  Does not block.
 */
bool halfopen_any(const struct addr *local);

#endif
