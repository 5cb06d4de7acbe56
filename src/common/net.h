/* SPDX-License-Identifier: ISC */
/*
 * net: socket calls that both programs use.  The caller decides about limits
 * and failures.
 */
#ifndef ECHOD_NET_H
#define ECHOD_NET_H

#include <stdint.h>

struct addr;

/*
 * Limit the time of a blocking receive or send (socket(7), SO_RCVTIMEO and
 * SO_SNDTIMEO); 0 means no limit.  Both are async-signal-safe.  Return -1 with
 * errno.
 */
int net_receive_timeout(int fd, int64_t ms);
int net_send_timeout(int fd, int64_t ms);

/*
 * The number of bytes that were sent and not yet acknowledged by the peer
 * (SIOCOUTQ, tcp(7)).  Returns -1 with errno.
 */
int net_unacknowledged(int fd);

/*
 * Milliseconds since the last byte was received, or since the handshake if no
 * byte was received (TCP_INFO, tcp(7)); 0 on failure.
 */
int64_t net_since_received(int fd);

/* The address the socket is bound to.  Returns -1 with errno. */
int net_local(int fd, struct addr *);

/* The address the socket is connected to.  Returns -1 with errno. */
int net_peer(int fd, struct addr *);

#endif
