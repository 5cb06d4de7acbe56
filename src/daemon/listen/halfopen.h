/* SPDX-License-Identifier: ISC */
/*
 * halfopen: connections that the kernel has not put into an accept queue yet:
 * their handshake is under way, or TCP_DEFER_ACCEPT waits for their data.  A
 * listening socket says nothing about them, so sock_diag(7) is asked.
 */
#ifndef ECHOD_HALFOPEN_H
#define ECHOD_HALFOPEN_H

#include <stdbool.h>

struct addr;

/*
 * Whether there is one with this local address, which may be a wildcard.  Also
 * true if the kernel does not answer.  Does not block.
 */
bool halfopen_any(const struct addr *local);

#endif
