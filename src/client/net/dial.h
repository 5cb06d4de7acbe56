/* SPDX-License-Identifier: ISC */
/*
 * dial: connections, from socket(2) to connected; the only file that makes
 * sockets and sets their options.  All of them are non-blocking.
 */
#ifndef ECHOC_DIAL_H
#define ECHOC_DIAL_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/addr.h"

struct failure;
struct options;

/* Where a connection comes from; all zeros is anywhere. */
struct origin {
	struct addr addr; /* its port is 0 */
	char device[IF_NAMESIZE];
};

struct dialled {
	int fd;
	struct addr peer, local;
	int64_t connect_ns; /* what the handshake took */
};

/*
 * Read "192.0.2.1", "::1" or "eth0".  Returns -1 with OUTCOME_USAGE, and the
 * error EADDRNOTAVAIL for an address that this host does not have.
 */
int dial_origin(struct origin *, const char *text, struct failure *);

/*
 * The one family that -4, -6 and the addresses of -I leave, or AF_UNSPEC.
 * Returns -1 with OUTCOME_USAGE when they contradict each other.
 */
int dial_family(const struct options *, struct failure *);

/*
 * Begin to connect.  On the same host it may be over at once, and *connected
 * says so (NULL: not asked for); else the socket is writable when it is.
 * Returns the descriptor, or -1 with errno.
 */
int dial_begin(const struct addr *to, const struct origin *from, bool nagle,
    bool *connected);

/*
 * How it ended: 0, or the errno (SO_ERROR); ECONNREFUSED where nobody has
 * answered but the socket itself.
 */
int dial_outcome(int fd);

/*
 * What the kernel measured (TCP_INFO): the smoothed round trip, and how many
 * segments it sent again.  Returns -1 with errno.
 */
int dial_info(int fd, unsigned *rtt_us, unsigned *retransmitted);

/* Close with a reset instead of a FIN, so that no port has to wait. */
void dial_hang_up(int fd);

#endif
