/* SPDX-License-Identifier: ISC */
/*
 * listener: sets of listening sockets.  A reload prepares the next set, which
 * keeps sockets of the set in force; then it commits that set, or abandons it.
 *
 * All options of connections are set on their listener, from which they inherit
 * them.  There is one socket an address, shared by all workers: with one for
 * each process (SO_REUSEPORT), a process that leaves would take its queue with
 * it.
 */
#ifndef ECHOD_LISTENER_H
#define ECHOD_LISTENER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/addr.h"
#include "config/config.h"
#include "daemon/listen/tune.h"

struct errbuf;

/* Where a socket comes from. */
enum listener_origin {
	LISTENER_OWN,	    /* opened here */
	LISTENER_INHERITED, /* a socket unit's, which keeps it: not ours */
	LISTENER_STORED,    /* an earlier echod's, kept by the manager */
	LISTENER_HANDED,    /* the old master's, in an upgrade */
};

enum { LISTENER_NAME = 64 };

struct listener {
	struct addr wanted;   /* as configured, the port perhaps 0 */
	struct addr bound;    /* as getsockname(2) says, unmapped */
	char text[ADDR_TEXT]; /* of bound */
	int fd;		      /* non-blocking, close-on-exec, fixed number */
	enum listener_origin origin;
	char name[LISTENER_NAME]; /* its name in the socket unit, or "" */
	bool dual;		  /* wildcard of both families */
	bool listed;   /* named by `listen`, now or when last in force */
	bool stored;   /* the service manager has a copy, for the next echod */
	bool served;   /* the old master serves it, too, in an upgrade */
	bool kept;     /* the same socket as in the set before */
	bool reported; /* the log has its line */
	bool hidden;   /* new clients do not find it any more */
	struct tuned tuned;   /* its options when it came into force */
	int64_t backlog_said; /* backlog of the last line on a cut */
};

struct listener_set {
	unsigned count;
	struct listener item[CONFIG_ADDRESSES];
};

/*
 * Make the set that the configuration asks for.  An address that has a socket
 * in `now`, or else in `adopted`, keeps it; for the others a socket is opened.
 * Listeners of socket units that `listen` has never named are taken as well;
 * and all of them, if `listen` is empty.  -1 with the address and the reason in
 * err; what was opened until then is in `next`, to be abandoned.  The log is
 * told of addresses that are skipped.
 */
int listener_set_prepare(struct listener_set *next,
    const struct listener_set *now, const struct listener_set *adopted,
    const struct config *, struct errbuf *);

/*
 * The listener in a set that serves an address of `listen`: it was opened for
 * that address, or is bound to it, or is a wildcard of both families where the
 * address is the wildcard of one.  NULL: none.
 */
const struct listener *listener_set_find(const struct listener_set *,
    const struct addr *wanted);

/*
 * Put `next` in force: the sockets that it keeps get the options of the
 * configuration.  The sockets that only `now` had belong to the caller, which
 * has got them by listener_set_removed() before.  Cannot fail; `next` is empty
 * afterwards.
 */
void listener_set_commit(struct listener_set *now, struct listener_set *next,
    const struct config *);

/*
 * The listeners of `now` that `next` does not have.  Opens and closes nothing.
 */
void listener_set_removed(struct listener_set *removed,
    const struct listener_set *now, const struct listener_set *next);

/*
 * Hide these listeners: new clients are refused, or find another listener at
 * the address.  Listeners of which the service manager has a copy stay as they
 * are, for the next echod.
 *
 * This also clears TCP_DEFER_ACCEPT, so that a client which the kernel holds
 * back comes into the queue when it sends data or when the kernel repeats its
 * SYN-ACK: after a second, or as late as timeouts.defer_accept.
 */
void listener_set_hide(struct listener_set *);

/* Whether the kernel holds back clients of these listeners (halfopen.h). */
bool listener_set_expects(const struct listener_set *);

/* Close what prepare opened. */
void listener_set_abandon(struct listener_set *next);

/* Close all of a set.  A queue lives on as long as a worker has the socket. */
void listener_set_close(struct listener_set *);

/* The queue of a listener, as the kernel tells it (tcp(7), socket(7)). */
struct listener_queue {
	unsigned waiting; /* established connections, to be accepted */
	unsigned limit;
	/* Packets dropped since the socket was made, modulo 2^32: those of
	 * handshakes that found no room in the queue, one for each time that
	 * the client repeated its part.  If `deferred`, the kernel also counts
	 * the last packet of each handshake that came without data. */
	unsigned drops;
	bool deferred; /* TCP_DEFER_ACCEPT is set */
};

/* Read the queue.  What the kernel does not tell is 0. */
void listener_queue(const struct listener *, struct listener_queue *);

/*
 * The number of connections in the queue (tcp(7), TCP_INFO of a listening
 * socket).  *limit, if not NULL, is the size of the queue.
 */
unsigned listener_waiting(const struct listener *, unsigned *limit);
unsigned listener_set_waiting(const struct listener_set *);

#endif
