/* SPDX-License-Identifier: ISC */
/*
 * listener: sets of listening sockets: prepare the next one, which keeps some
 * of those there are, then commit or abandon it.
 *
 * All options of a connection are set on its listener and inherited by
 * accept(2).  There is one socket an address, for with a socket for each
 * process (SO_REUSEPORT), a process that leaves would take its queue with it.
 */
#ifndef ECHOD_LISTENER_H
#define ECHOD_LISTENER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/addr.h"
#include "config/config.h"
#include "daemon/listen/tune.h"

struct errbuf;

struct listener {
	struct addr wanted;   /* as configured, the port perhaps 0 */
	struct addr bound;    /* as getsockname(2) says */
	char text[ADDR_TEXT]; /* of bound */
	int fd;		      /* non-blocking, close-on-exec */
	bool kept;	      /* the same socket as in the set before */
	bool reported;	      /* the log has its line */
	bool hidden;	      /* new clients do not find it any more */
	struct tuned tuned;   /* its options, once it is in force */
	int64_t backlog_said; /* the log says that this one was capped */
};

struct listener_set {
	unsigned count;
	struct listener item[CONFIG_ADDRESSES];
};

/*
 * Make the set that the configuration asks for.  An address that `now` has as
 * well keeps its socket; the others are opened.  -1 with the address and the
 * reason in err; what was opened until then is in `next`, to be abandoned.
 * The log is told of addresses that are skipped.
 */
int listener_set_prepare(struct listener_set *next,
    const struct listener_set *now, const struct config *, struct errbuf *);

/*
 * Put `next` in force: kept sockets get the options of the configuration.
 * Those that only `now` had belong to the caller, which has asked
 * listener_set_removed() for them.  Cannot fail; `next` is empty then.
 */
void listener_set_commit(struct listener_set *now, struct listener_set *next,
    const struct config *);

/* Those of `now` that `next` does not have; nothing is opened or closed. */
void listener_set_removed(struct listener_set *removed,
    const struct listener_set *now, const struct listener_set *next);

/*
 * New clients no longer find these listeners: they are refused, or meet
 * another.  Also clears TCP_DEFER_ACCEPT, so that a client which the kernel
 * holds back comes into the queue when it sends data or when the kernel repeats
 * its SYN-ACK: after a second, or as late as timeouts.defer_accept.
 */
void listener_set_hide(struct listener_set *);

/* Whether the kernel holds back clients of these. */
bool listener_set_expects(const struct listener_set *);

/*
 * Log the address of each listener that has not been reported yet, and that its
 * queue is shorter than the backlog of the configuration.
 */
void listener_set_report(struct listener_set *, int64_t backlog);

/* Close what prepare opened. */
void listener_set_abandon(struct listener_set *next);

/* Close all; a queue lives on while a worker has its socket. */
void listener_set_close(struct listener_set *);

/*
 * Connections that have been established and wait to be accepted (tcp(7),
 * TCP_INFO of a listening socket); *limit is the queue's size, may be NULL.
 */
unsigned listener_waiting(const struct listener *, unsigned *limit);
unsigned listener_set_waiting(const struct listener_set *);

#endif
