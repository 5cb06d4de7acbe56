/* SPDX-License-Identifier: ISC */
/*
 * link: a connection of ping and the probes that are under way on it.  Knows
 * when each left and whether each byte that comes back is the right one; when
 * a probe is due and what is made of its answer, or of the end of the
 * connection, is the caller's.
 */
#ifndef ECHOC_LINK_H
#define ECHOC_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/core/fault.h"

/* So many probes may be under way; more would only wait in a full socket. */
enum { LINK_PROBES = 65536 };

enum link_state { LINK_DOWN, LINK_CONNECTING, LINK_UP };

struct probe {
	uint64_t seq;
	int64_t ready, sent; /* clock_ns(); sent: 0 until its first byte goes */
	int64_t late_ns;     /* by how much this client was late with it */
};

struct link {
	enum link_state state;
	int fd;	       /* -1 unless LINK_UP */
	uint32_t size; /* bytes of a probe */
	int64_t connect_ns;
	int64_t up_since, heard; /* made; the last byte came, clock_ns() */
	struct probe *ring;	 /* oldest first, capacity a power of two */
	unsigned capacity, head, count;
	unsigned told;	  /* of these, how many are lost: the oldest ones */
	unsigned written; /* of these, how many have gone wholly */
	uint32_t partly;  /* bytes of the next one that have gone */
	uint32_t matched; /* bytes of the oldest one that came back */
};

/* What has become of a probe. */
struct answer {
	uint64_t seq;
	enum fault fault; /* FAULT_NONE: its echo is complete and equal */
	bool late;	  /* after it was told lost */
	int64_t time_ns;  /* of a reply: from the send, or from when it was
			     ready if the socket had no room for it */
	int64_t late_ns;  /* of this, what this client may have added by being
			     late; or by how much it was late with the send */
	int64_t connect_ns;
	uint32_t at; /* FAULT_MISMATCH: the byte, counted from 0 */
};

/* How a connection came to an end, and not by us. */
struct ending {
	enum fault fault; /* FAULT_ENDED: closed */
	int64_t idle_ns;  /* how long it had been silent: from its last byte to
			     the oldest probe without an answer, or to the end */
	int64_t age_ns;
	unsigned waiting; /* probes that are lost with it */
};

/* What is called; for an end, before what is lost with it is answered. */
struct link_user {
	void (*answered)(void *context, const struct answer *);
	void (*ended)(void *context, const struct ending *);
	void *context;
};

/* A link that is down, for probes of that size. */
void link_init(struct link *, uint32_t size);

/* A connection is being made for it; probes wait for that. */
void link_await(struct link *);

/* Take over a socket that is connected.  What waits goes by link_send. */
void link_adopt(struct link *, int fd, int64_t connect_ns);

/* Whether there is room for another probe. */
bool link_has_room(const struct link *);

/*
 * Add a probe that may go from `ready` on, and with which this client is late by
 * late_ns; it goes as soon as the link is up.  False: no memory for it.
 */
bool link_add(struct link *, uint64_t seq, int64_t ready, int64_t late_ns);

/* This client was late with the connection for what waits on the link. */
void link_blame(struct link *, int64_t late_ns);

/*
 * What to poll(2) for when it is up, and what to do when that has come.
 * late_ns: so long it may have been there before this client looked.
 */
short link_events(const struct link *);
void link_work(struct link *, short revents, int64_t late_ns,
    const struct link_user *);

/* Write what waits and can go. */
void link_send(struct link *, const struct link_user *);

/* Report as lost the probes that have waited for `timeout` nanoseconds. */
void link_expire(struct link *, int64_t now, int64_t timeout,
    const struct link_user *);

/* When the next one will be lost; INT64_MAX when none waits. */
int64_t link_deadline(const struct link *, int64_t timeout);

/* The oldest that waits for its answer and was not told lost; 0: none. */
uint64_t link_oldest(const struct link *);

/* How many do. */
unsigned link_waiting(const struct link *);

/* Close; all that wait are told lost by that fault. */
void link_down(struct link *, enum fault, const struct link_user *);

/* Free what link_init and link_add took; the link is down. */
void link_free(struct link *);

#endif
