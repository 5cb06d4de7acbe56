/* SPDX-License-Identifier: ISC */
/*
 * net: socket calls that both programs use.
 */
#ifndef ECHOD_NET_H
#define ECHOD_NET_H

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

/* The addresses of the two ends.  Return -1 with errno. */
int net_local(int fd, struct addr *);
int net_peer(int fd, struct addr *);

#endif
