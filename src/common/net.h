/* SPDX-License-Identifier: ISC */
/*
 * net: socket calls that both programs use.
 */
#ifndef ECHOD_NET_H
#define ECHOD_NET_H

#include <stdbool.h>
#include <stdint.h>

struct addr;

/* Time-outs of socket(7); 0: none.  Async-signal-safe.  -1 with errno. */
int net_receive_timeout(int fd, int64_t ms);
int net_send_timeout(int fd, int64_t ms);

/* Bytes sent and not yet acknowledged (SIOCOUTQ, tcp(7)); -1 with errno. */
int net_unacknowledged(int fd);

/*
 * Milliseconds since the last byte was received, or since the handshake if no
 * byte was received (TCP_INFO, tcp(7)); 0 on failure.
 */
int64_t net_since_received(int fd);

/* What the kernel has learned of the path of a connection (TCP_INFO, tcp(7)). */
struct net_path {
	uint32_t rtt_us;  /* smoothed; 0: nothing was measured */
	uint32_t retrans; /* segments that were sent again */
	uint32_t mss;	  /* bytes of a segment to the peer */
};

/* One system call.  False: it is not known. */
bool net_path(int fd, struct net_path *);

/* The addresses of the two ends.  Return -1 with errno. */
int net_local(int fd, struct addr *);
int net_peer(int fd, struct addr *);

#endif
