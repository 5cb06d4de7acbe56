/* SPDX-License-Identifier: ISC */
/*
 * stream: sends bytes and compares what comes back, both at once, so that any
 * size gets through any buffer.  What was sent and has not come back is kept
 * in a window; when that is full, no more is read from the source.
 */
#ifndef ECHOC_STREAM_H
#define ECHOC_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "client/net/mismatch.h"

struct failure;

enum { STREAM_WINDOW = 256 * 1024, STREAM_READ = 64 * 1024 };

#define STREAM_TURN_NS INT64_C(250000000)

/* Set by the caller before stream_run, all else zero. */
struct stream {
	int fd;	   /* a connected, non-blocking socket; the caller's */
	int input; /* read from there, -1: from `message` */
	const char *input_name; /* for what fails */
	const char *message;
	size_t length;	    /* of the message */
	int64_t timeout_ns; /* without a byte while one is awaited */
	int64_t ends_ns;    /* clock_ns() by which it has to be over; 0: none */
	bool half_close;    /* at the end of the input; then wait for the end */
	bool show_all; /* give what differs to `received` as well, to the end */

	/*
	 * What came back, in order, as it comes: `n` bytes that are equal
	 * (with show_all all that came, but no more than was sent).  Returns
	 * -1 with a failure to end the run.  NULL: nobody wants it.
	 */
	int (*received)(void *context, const unsigned char *, size_t n,
	    struct failure *);
	/*
	 * How many bytes came back until `now`, by clock_ns(); at least every
	 * STREAM_TURN_NS, unless `received` takes longer.  NULL: nobody asks.
	 */
	void (*turned)(void *context, uint64_t got, int64_t now);
	/* Writable before `received` is called, or -1 when that never waits. */
	int output;
	void *context;

	/* the account */
	uint64_t read;			      /* bytes taken from the source */
	uint64_t sent;			      /* taken by the kernel */
	uint64_t got;			      /* came back */
	uint64_t equal;			      /* and were equal */
	int64_t begun_ns, first_ns, ended_ns; /* clock_ns(); first: 0 if none */
	struct mismatch mismatch;

	/* stream.c only */
	unsigned char *window;
	bool input_over, shut;
};

/*
 * Send all of the source and receive its echo.  Returns 0 when every byte came
 * back equal, and then the end where half_close asks for it; else -1 with
 * OUTCOME_MISMATCH, OUTCOME_ENDED, OUTCOME_TIMEOUT, OUTCOME_INTERRUPTED or
 * OUTCOME_USAGE (the source cannot be read).
 */
int stream_run(struct stream *, struct failure *);

#endif
