/* SPDX-License-Identifier: ISC */
/*
 * progress: one line on stderr that shows where a load is, or the message of
 * send.  It is redrawn on a terminal, and a whole line an interval where that was asked for; else
 * there is none.
 */
#ifndef ECHOC_PROGRESS_H
#define ECHOC_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct interval;
struct options;
struct terminal;

struct progress {
	bool drawn;    /* redrawn in place */
	bool plain;    /* whole lines */
	bool visible;  /* there is something to erase */
	int64_t began; /* nothing is drawn in the first half second */
	int64_t next;
	uint64_t done; /* progress_sending: bytes when it was drawn last */
	int64_t then;  /* and when that was */
};

/* A load that waits for its first connections. */
struct waiting {
	uint64_t wanted, made; /* connections; made: with their first echo */
	uint64_t under_way;    /* of the others, those that have begun */
	uint64_t unanswered;   /* of these, those that wait for that echo */
	int64_t timeout_ns;    /* of each */
};

void progress_init(struct progress *, const struct options *,
    const struct terminal *, int64_t now);

/* So many connections are made, of so many. */
void progress_connecting(struct progress *, uint64_t made, uint64_t wanted,
    int64_t now);

/* What it waits for, and perhaps why, in a whole line. */
void progress_waiting(struct progress *, const struct waiting *);

/*
 * The state of the load: `done` of `whole` nanoseconds (whole 0: no end), and
 * what the last interval was like.
 */
void progress_running(struct progress *, int64_t done, int64_t whole,
    uint64_t connections, const struct interval *, int64_t now);

/* So many bytes came back, of so many (0: nobody knows). */
void progress_sending(struct progress *, uint64_t done, uint64_t whole,
    int64_t now);

/* An interval is over: the whole line, where these are wanted. */
void progress_interval(struct progress *, const struct interval *);

/* Nothing of it stays on the terminal, until it is drawn again. */
void progress_erase(struct progress *);

#endif
