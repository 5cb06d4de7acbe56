/* SPDX-License-Identifier: ISC */
/*
 * net: the few socket verbs that both programs need.  No policy: which
 * address, which limit and what to do about a failure is the caller's.
 */
#ifndef ECHOD_NET_H
#define ECHOD_NET_H

#include <stdint.h>

struct addr;

/*
 * Bound how long a blocking receive or send may take; 0 means no bound.
 * socket(7), SO_RCVTIMEO and SO_SNDTIMEO.  Both are async-signal-safe.
 * Return -1 with errno.
 */
int net_receive_timeout(int fd, int64_t ms);
int net_send_timeout(int fd, int64_t ms);

/*
 * Bytes sent that the peer has not acknowledged, tcp(7) SIOCOUTQ.  -1 with
 * errno.
 */
int net_unacknowledged(int fd);

/*
 * Milliseconds since the last byte was received, or since the handshake when
 * there was none (TCP_INFO, tcp(7)); 0 if that cannot be told.
 */
int64_t net_since_received(int fd);

/* The address the socket is bound to, as the kernel says it. */
int net_local(int fd, struct addr *);

/* The address it is connected to. */
int net_peer(int fd, struct addr *);

#endif
