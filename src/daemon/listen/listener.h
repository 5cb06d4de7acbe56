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

/* Where a socket comes from. */
enum listener_origin {
	LISTENER_OWN,	    /* opened here */
	LISTENER_INHERITED, /* a socket unit's, which keeps it: not ours */
	LISTENER_STORED,    /* an earlier echod's, by way of the manager */
	LISTENER_HANDED,    /* that of the echod which this one succeeds */
};

enum { LISTENER_NAME = 64 };

struct listener {
	struct addr wanted;   /* as configured, the port perhaps 0 */
	struct addr bound;    /* as getsockname(2) says, unmapped */
	char text[ADDR_TEXT]; /* of bound */
	int fd;		      /* non-blocking, close-on-exec, fixed number */
	enum listener_origin origin;
	char name[LISTENER_NAME]; /* its unit's for it, as it came, or "" */
	bool dual;		  /* at the wildcard of both families */
	bool listed;   /* in `listen`, or it was when it was last in force */
	bool stored;   /* the service manager has a copy, for the next echod */
	bool served;   /* by the master before this one, to whom it is shared */
	bool kept;     /* the same socket as in the set before */
	bool reported; /* the log has its line */
	bool hidden;   /* new clients do not find it any more */
	struct tuned tuned;   /* its options, once it is in force */
	int64_t backlog_said; /* the log says that this one was capped */
};

struct listener_set {
	unsigned count;
	struct listener item[CONFIG_ADDRESSES];
};

/*
 * Make the set that the configuration asks for.  An address that `now` has, or
 * else `adopted`, keeps its socket; the others are opened.  Inherited ones that
 * have never been listed are taken as well, and so are all of them when `listen`
 * is empty.  -1 with the address and the reason in err; what was opened until
 * then is in `next`, to be abandoned.  The log is told of addresses that are
 * skipped.
 */
int listener_set_prepare(struct listener_set *next,
    const struct listener_set *now, const struct listener_set *adopted,
    const struct config *, struct errbuf *);

/*
 * The listener of a set that serves an address of `listen`: it was opened for
 * it, is bound to it, or is the wildcard of both families where the address is
 * that of one.  NULL: none.
 */
const struct listener *listener_set_find(const struct listener_set *,
    const struct addr *wanted);

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
 * another; but those of which the service manager has a copy stay as they are,
 * for the next echod.  Also clears TCP_DEFER_ACCEPT, so that a client which the kernel
 * holds back comes into the queue when it sends data or when the kernel repeats
 * its SYN-ACK: after a second, or as late as timeouts.defer_accept.
 */
void listener_set_hide(struct listener_set *);

/* Whether the kernel holds back clients of these. */
bool listener_set_expects(const struct listener_set *);

/* Close what prepare opened. */
void listener_set_abandon(struct listener_set *next);

/* Close all; a queue lives on while a worker has its socket. */
void listener_set_close(struct listener_set *);

/* The queue of a listener, as the kernel tells it (tcp(7), socket(7)). */
struct listener_queue {
	unsigned waiting; /* established connections, to be accepted */
	unsigned limit;
	/* Packets that it has dropped in its life, modulo 2^32: of handshakes
	 * that found no room, each time that the client repeated its part.  If
	 * it is deferred, so is the last one of each handshake until there is
	 * data, which the kernel counts as well. */
	unsigned drops;
	bool deferred; /* TCP_DEFER_ACCEPT is set */
};

/* What the kernel does not tell is 0. */
void listener_queue(const struct listener *, struct listener_queue *);

/*
 * Connections that have been established and wait to be accepted (tcp(7),
 * TCP_INFO of a listening socket); *limit is the queue's size, may be NULL.
 */
unsigned listener_waiting(const struct listener *, unsigned *limit);
unsigned listener_set_waiting(const struct listener_set *);

#endif
