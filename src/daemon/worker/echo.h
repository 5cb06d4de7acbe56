/* SPDX-License-Identifier: ISC */
/*
 * echo: the protocol (RFC 862): sends back what it receives, with two system
 * calls a message.  However a connection ends, the bytes that were received are
 * sent back, as long as the peer takes them.
 */
#ifndef ECHOD_ECHO_H
#define ECHOD_ECHO_H

#include <stddef.h>
#include <stdint.h>

/* Why a connection ended, as the log says. */
enum echo_end {
	ECHO_OPEN,	   /* it has not ended */
	ECHO_CLOSED,	   /* the client half-closed */
	ECHO_IDLE,	   /* the client sent nothing for timeouts.idle */
	ECHO_SEND_TIMEOUT, /* the client took nothing for timeouts.send */
	ECHO_RESET,	   /* the client reset or vanished */
	ECHO_LIFETIME,	   /* timeouts.lifetime */
	ECHO_DRAINED,	   /* we were told to end it */
	ECHO_ERROR,	   /* the system failed; see error */
	ECHO_ENDS,
};

enum {
	ECHO_LINGER_MS = 2000,
	/* A send(2) that times out does not tell how long ago it sent
	 * something.  So the time-out of the socket is timeouts.send divided by
	 * this, and the connection ends when so many calls in a row sent
	 * nothing. */
	ECHO_STALLS = 4,
};

struct echo {
	int fd; /* blocking */
	char *buffer;
	size_t size;
	int64_t idle_ms;  /* timeouts.idle, as the socket has it */
	uint64_t in, out; /* bytes so far */
	int error;	  /* errno of ECHO_RESET and ECHO_ERROR */
	/* Called after each receive and after each send, to count and to log.
	 * NULL: nothing is called. */
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
