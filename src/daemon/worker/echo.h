/* SPDX-License-Identifier: ISC */
/*
 * echo: the protocol (RFC 862), with two system calls a message.  However a
 * connection ends, what was received is sent as far as the peer takes it.
 */
#ifndef ECHOD_ECHO_H
#define ECHOD_ECHO_H

#include <stddef.h>
#include <stdint.h>

/* Why a connection ended; the log line carries it. */
enum echo_end {
	ECHO_OPEN,	   /* it has not */
	ECHO_CLOSED,	   /* the client half-closed */
	ECHO_IDLE,	   /* the client sent nothing for timeouts.idle */
	ECHO_SEND_TIMEOUT, /* it took nothing for timeouts.send */
	ECHO_RESET,	   /* the client reset or vanished */
	ECHO_LIFETIME,	   /* timeouts.lifetime */
	ECHO_DRAINED,	   /* we were told to end it */
	ECHO_ERROR,	   /* the system failed; see error */
	ECHO_ENDS,
};

enum {
	ECHO_LINGER_MS = 2000,
	/* A send(2) that times out does not tell when it sent something.  So the
	 * socket's time-out is this part of timeouts.send, and a peer stalls
	 * when it takes nothing for so many of them. */
	ECHO_STALLS = 4,
};

struct echo {
	int fd; /* blocking */
	char *buffer;
	size_t size;
	int64_t idle_ms;  /* timeouts.idle, as the socket has it */
	uint64_t in, out; /* bytes so far */
	int error;	  /* errno of ECHO_RESET and ECHO_ERROR */
	/* Called after each receive and after each send, for the totals and
	 * for the log.  May be NULL. */
	void (*received)(const struct echo *, size_t n);
	void (*sent)(const struct echo *, size_t n);
};

/* From here on echo_interrupt() can end this connection. */
void echo_begin(const struct echo *);

/* Serve the connection to its end.  The caller closes it. */
enum echo_end echo_serve(struct echo *);

/* End the connection that has begun; async-signal-safe. */
void echo_interrupt(enum echo_end);

/* "closed", "idle", ... */
const char *echo_end_name(enum echo_end);

#endif
