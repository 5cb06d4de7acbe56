/* SPDX-License-Identifier: ISC */
/*
 * probes: a connection of ping and the probes in flight on it.  It differs from
 * bench's: the bytes carry the number, and a lost probe keeps its place until
 * its late echo has come.
 */
#ifndef ECHOC_PROBES_H
#define ECHOC_PROBES_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "client/core/fault.h"
#include "client/net/in_flight.h"
#include "client/net/race.h"

/* The most entries for poll(2) that a connection has. */
enum { PROBES_POLLS = TARGET_ADDRESSES };

/* What has become of a probe. */
struct answer {
	uint64_t seq;	  /* 0: bytes came when no probe was in flight */
	enum fault fault; /* FAULT_NONE: its echo is complete and equal */
	bool late;	  /* the probe had been told lost */
	int64_t time_ns;  /* the round trip, without the handshake; the time
			     in a full socket is part of it */
	int64_t late_ns;  /* how much this client may have added to that; 0:
			     nothing */
	int64_t connect_ns;
	uint32_t at; /* FAULT_MISMATCH: the byte of the probe, from 0 */
};

/* How a connection was lost, and not closed by us. */
struct ending {
	enum fault fault; /* FAULT_ENDED: closed by the server */
	int64_t idle_ns;  /* from its last byte to the oldest probe without an
			     answer, or to the end */
	int64_t age_ns;
	unsigned waiting; /* probes that are lost with it */
};

/* What is called; `ended` before the probes that are lost are answered. */
struct probes_user {
	void (*answered)(void *context, const struct answer *);
	void (*ended)(void *context, const struct ending *);
	void *context;
};

struct probes {
	const struct probes_user *user;
	enum { PROBES_DOWN, PROBES_CONNECTING, PROBES_UP } state;
	int fd;		  /* -1 unless PROBES_UP */
	uint32_t size;	  /* bytes of a probe */
	struct race race; /* while PROBES_CONNECTING */
	unsigned polls;	  /* what probes_poll() has returned last */
	int64_t connect_ns;
	int64_t up_since, heard; /* clock_ns(): made; its last byte came */
	struct in_flight queue;
	unsigned told; /* of the queue, how many are lost: the oldest ones */
};

/* A connection that is down, for probes of `size` bytes. */
void probes_init(struct probes *, uint32_t size, const struct probes_user *);

/*
 * Begin to connect, to `first` (may be NULL) before the others.  Returns the
 * last fault if all have failed at once, else FAULT_NONE.
 */
enum fault probes_connect(struct probes *, const struct target *,
    const struct addr *first, const struct origin *, const struct options *);

/* Take over a connected socket. */
void probes_adopt(struct probes *, int fd, int64_t connect_ns);

/* Add a probe that is due at `ready` and late_ns late; false: no memory. */
bool probes_add(struct probes *, uint64_t seq, int64_t ready, int64_t late_ns);

/* Whether there is room for another probe. */
bool probes_have_room(const struct probes *);

/* This client was late with the connection for all probes that wait. */
void probes_blame(struct probes *, int64_t late_ns);

/* Send what waits and can go. */
void probes_send(struct probes *);

/* What to poll(2) for; returns how many entries, PROBES_POLLS at most. */
unsigned probes_poll(struct probes *, struct pollfd *);

/*
 * Do what poll(2) has found, up to late_ns ago.  Returns true when the
 * connection was made, which the last argument describes; probes that wait have
 * not gone yet.
 */
bool probes_work(struct probes *, const struct pollfd *, int64_t late_ns,
    struct dialled *);

/* Report as lost the probes that have waited for `timeout` nanoseconds. */
void probes_expire(struct probes *, int64_t now, int64_t timeout);

/* When there is something to do without poll(2), INT64_MAX if nothing. */
int64_t probes_next(const struct probes *, int64_t timeout);

/* The oldest probe that waits for its answer and was not told lost; 0: none. */
uint64_t probes_oldest(const struct probes *);

/* How many such probes there are. */
unsigned probes_waiting(const struct probes *);

/* Close; all probes that wait are told lost by that fault. */
void probes_close(struct probes *, enum fault);

#endif
