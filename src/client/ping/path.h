/* SPDX-License-Identifier: ISC */
/*
 * path: a link of ping and the way to its connection.  Until one has been
 * made each attempt tries all addresses of the target; after a loss, the one
 * that worked goes first.
 */
#ifndef ECHOC_PATH_H
#define ECHOC_PATH_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "client/net/race.h"
#include "client/ping/link.h"

/* So many entries for poll(2) has one at most. */
enum { PATH_POLLS = TARGET_ADDRESSES };

struct path {
	struct link link;
	struct race race; /* while the link is LINK_CONNECTING */
	unsigned polls;	  /* what path_poll() has returned last */
};

/*
 * Begin to connect, to `first` before all others (NULL: in their order).
 * Returns what went wrong with the last if all have failed at once, else
 * FAULT_NONE.
 */
enum fault path_connect(struct path *, const struct target *,
    const struct addr *first, const struct origin *, const struct options *);

/* What to poll(2) for; returns how many, PATH_POLLS at most. */
unsigned path_poll(struct path *, struct pollfd *);

/*
 * Do what poll(2) says can be done, in the order of path_poll, and what is due;
 * late_ns as in link_work.
 * Returns true when a connection was made, which is in the last argument; what
 * waits on the link has not gone yet.
 */
bool path_work(struct path *, const struct pollfd *, int64_t late_ns,
    const struct link_user *, struct dialled *);

/* When there is something to do but for what poll(2) tells, or INT64_MAX. */
int64_t path_next(const struct path *, int64_t timeout);

/* Report as lost the probes that have waited for `timeout` nanoseconds. */
void path_expire(struct path *, int64_t now, int64_t timeout,
    const struct link_user *);

/* Close; all that wait are told lost by that fault. */
void path_down(struct path *, enum fault, const struct link_user *);

#endif
