/* SPDX-License-Identifier: ISC */
/*
 * link: a connection of ping and the probes that are under way on it.  Knows
 * when each left and whether each byte that comes back is the right one; when
 * a probe is due and what is made of its answer is the caller's.
 */
#ifndef ECHOC_LINK_H
#define ECHOC_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/fault.h"

/* So many probes may be under way; more would only wait in a full socket. */
enum { LINK_PROBES = 65536 };

enum link_state { LINK_DOWN, LINK_CONNECTING, LINK_UP };

struct probe {
	uint64_t seq;
	int64_t due, sent; /* clock_ns(); sent: 0 until its first byte goes */
};

struct link {
	enum link_state state;
	int fd;	       /* -1 unless LINK_UP */
	uint32_t size; /* bytes of a probe */
	bool apart;    /* the time of a reply is without the handshake */
	int64_t connect_ns;
	struct probe *ring; /* oldest first, capacity a power of two */
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
	int64_t time_ns;  /* of a reply: from the send, or from the due time if
			     that was missed by more than 1 ms */
	int64_t connect_ns;
	uint32_t at; /* FAULT_MISMATCH: the byte, counted from 0 */
};
typedef void link_tell(void *context, const struct answer *);

/*
 * A link that is down, for probes of that size; `apart`: each has a link of
 * its own, and its time begins after the handshake.
 */
void link_init(struct link *, uint32_t size, bool apart);

/* A connection is being made for it; probes wait for that. */
void link_await(struct link *);

/* Take over a socket that is connected.  What waits goes by link_send. */
void link_adopt(struct link *, int fd, int64_t connect_ns);

/* Whether there is room for another probe. */
bool link_has_room(const struct link *);

/* Add a probe; it goes as soon as the link is up.  False: no memory for it. */
bool link_add(struct link *, uint64_t seq, int64_t due);

/* What to poll(2) for when it is up, and what to do when that has come. */
short link_events(const struct link *);
void link_work(struct link *, short revents, link_tell *, void *context);

/* Write what waits and can go. */
void link_send(struct link *, link_tell *, void *context);

/* Tell those lost that have waited for `timeout` nanoseconds. */
void link_expire(struct link *, int64_t now, int64_t timeout, link_tell *,
    void *context);

/* When the next one will be lost; INT64_MAX when none waits. */
int64_t link_deadline(const struct link *, int64_t timeout);

/* The oldest that waits for its answer and was not told lost; 0: none. */
uint64_t link_oldest(const struct link *);

/* How many do. */
unsigned link_waiting(const struct link *);

/* Close; all that wait are told lost by that fault. */
void link_down(struct link *, enum fault, link_tell *, void *context);

/* Free what link_init and link_add took; the link is down. */
void link_free(struct link *);

#endif
