/* SPDX-License-Identifier: ISC */
/*
 * outcome: tells the log and the accounts about a connection: when it begins,
 * at each message, and when it has ended.
 */
#ifndef ECHOD_OUTCOME_H
#define ECHOD_OUTCOME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/worker/echo.h"

struct account;
struct addr;
struct net_path;
struct worker_listener;

/*
 * The lines at level debug: a client has connected, has sent something, has
 * closed.  They are those of the server in a well-known tutorial (echoc(1)).
 */
void outcome_met(const struct addr *peer);
void outcome_received(const struct echo *, size_t n);
void outcome_left(const struct addr *peer);

/*
 * Count a connection that ends.  To be called before the close, so that a
 * client that has seen the end finds it counted.
 */
void outcome_count(struct account *, const struct echo *, enum echo_end,
    int64_t ms);

/*
 * Whether the client has left without sending a byte.  Health checks do that
 * all the time: they only want to know whether somebody listens.
 */
bool outcome_is_empty(const struct echo *, enum echo_end);

/*
 * Ask the kernel about the network path of the connection, while its descriptor
 * is open.  False if it does not tell, or if no line of the log will need it.
 */
bool outcome_look(const struct echo *, enum echo_end, struct net_path *);

/*
 * Log that a connection has ended after `ms`: at level info, or debug if it was
 * empty.  `path` is what outcome_look() has found, or NULL.
 */
void outcome_tell(const struct worker_listener *, const struct addr *peer,
    const struct echo *, enum echo_end, int64_t ms, const struct net_path *);

#endif
