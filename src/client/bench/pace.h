/* SPDX-License-Identifier: ISC */
/*
 * pace: when a load sends messages, and which are measured: in a closed loop
 * when an echo has come back, in an open loop at a rate (-R).
 */
#ifndef ECHOC_PACE_H
#define ECHOC_PACE_H

#include <stdint.h>

struct connection;
struct group;
struct message;

struct pace {
	/* The load begins, with a schedule that began at `start`. */
	void (*begin)(struct group *, int64_t start, int64_t now);

	/* When the next message is due; INT64_MAX: none is or will be. */
	int64_t (*next_due)(const struct group *);

	/* Send what is due by the clock; NULL: nothing ever is. */
	void (*send_due)(struct group *, int64_t now);

	/* An open connection has room: send what may go on it. */
	void (*feed)(struct group *, struct connection *, int64_t now);

	/* The first byte of a message that is no trial has gone.  May be NULL. */
	void (*sent)(struct group *, struct message *);

	/* Count an echo that is complete. */
	void (*echoed)(struct group *, const struct message *, int64_t now);

	/* A connection is lost.  NULL: what waits stays for the next one. */
	void (*lost)(struct group *, struct connection *);

	/* Send what other connections have given back.  May be NULL. */
	void (*resume)(struct group *);

	/* PHASE_LOAD ends, and later PHASE_DRAIN. */
	void (*end)(struct group *);
};

extern const struct pace closed_loop, open_loop;

#endif
