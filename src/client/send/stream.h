/* SPDX-License-Identifier: ISC */
/*
 * stream: sends bytes and compares what comes back, both at once; what has not
 * come back is kept in a window, and while that is full, no more input is read.
 */
#ifndef ECHOC_STREAM_H
#define ECHOC_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/net/mismatch.h"

struct failure;

enum { STREAM_WINDOW = 256 * 1024, STREAM_READ = 64 * 1024 };

#define STREAM_TURN_NS INT64_C(250000000)

/* The caller sets the first part before stream_run(), and all else to zero. */
struct stream {
	int fd;	   /* a connected, non-blocking socket */
	int input; /* the descriptor to read from; -1: use `message` */
	const char *input_name; /* for error messages */
	const char *message;
	size_t length;	    /* of the message */
	int64_t timeout_ns; /* the longest time to wait for a byte */
	int64_t ends_ns;    /* clock_ns() of the deadline; 0: none */
	bool half_close; /* after the input; then wait for the server's end */
	bool show_all;	 /* pass also bytes that differ to `received` */

	/*
	 * Called with bytes that came back equal; with show_all with all, but
	 * no more than was sent.  -1 with a failure ends the run.  May be NULL.
	 */
	int (*received)(void *context, const unsigned char *, size_t n,
	    struct failure *);
	/* Called each STREAM_TURN_NS with the bytes that came back; or NULL. */
	void (*turned)(void *context, uint64_t got, int64_t now);
	/* To be writable before `received` is called; -1: that never waits. */
	int output;
	void *context;

	/* counts and times */
	uint64_t read;	/* bytes of the input */
	uint64_t sent;	/* taken by the kernel */
	uint64_t got;	/* came back */
	uint64_t equal; /* and were equal */
	int64_t begun_ns, first_ns,
	    ended_ns; /* clock_ns(); first: of a byte; 0: none */
	struct mismatch mismatch;

	/* stream.c only */
	unsigned char *window;
	bool input_over, shut;
};

/*
 * Send the input and receive its echo.  Returns 0 when every byte came back
 * equal, and with half_close the server's end after them; else -1 with
 * OUTCOME_MISMATCH, OUTCOME_ENDED, OUTCOME_TIMEOUT, OUTCOME_INTERRUPTED,
 * OUTCOME_LIMIT or OUTCOME_USAGE (the input cannot be read).
 */
int stream_run(struct stream *, struct failure *);

#endif
