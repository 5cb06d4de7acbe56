/* SPDX-License-Identifier: ISC */
/*
 * dial: makes sockets, all non-blocking, sets their options and connects them.
 */
#ifndef ECHOC_DIAL_H
#define ECHOC_DIAL_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/addr.h"

struct failure;
struct options;

/* The local end of a connection, by -I; all zeros: any. */
struct origin {
	struct addr addr; /* its port is 0 */
	char device[IF_NAMESIZE];
};

struct dialled {
	int fd;
	struct addr peer, local;
	int64_t connect_ns; /* how long the handshake took */
};

/*
 * Read "192.0.2.1", "::1" or "eth0".  Returns -1 with OUTCOME_USAGE, and the
 * error EADDRNOTAVAIL for an address that this host does not have.
 */
int dial_origin(struct origin *, const char *text, struct failure *);

/* The family of -4, -6 and -I, or AF_UNSPEC.  Returns -1 with OUTCOME_USAGE. */
int dial_family(const struct options *, struct failure *);

/*
 * Begin to connect.  On the same host the handshake may be over at once, which
 * sets *connected (NULL: the caller does not ask); else the socket becomes
 * writable when it is over.  Returns the descriptor, or -1 with errno.
 */
int dial_begin(const struct addr *to, const struct origin *from, bool nagle,
    bool *connected);

/* 0 or an errno; a socket connected with itself counts as ECONNREFUSED. */
int dial_outcome(int fd);

/* The smoothed round trip and the resent segments.  Returns -1 with errno. */
int dial_info(int fd, unsigned *rtt_us, unsigned *retransmitted);

/* Close with a reset instead of a FIN, so that no port is in TIME_WAIT. */
void dial_hang_up(int fd);

#endif
