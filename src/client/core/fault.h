/* SPDX-License-Identifier: ISC */
/*
 * fault: the kinds of things that go wrong with a connection.  A kind has a
 * name for machines, words for people and an exit status; nothing is counted
 * or printed here.
 */
#ifndef ECHOC_FAULT_H
#define ECHOC_FAULT_H

#include "client/core/failure.h"

enum fault {
	FAULT_NONE,
	FAULT_REFUSED,	       /* nobody listens there */
	FAULT_UNREACHABLE,     /* no way there, or forbidden on the way */
	FAULT_CONNECT_TIMEOUT, /* no answer to the handshake */
	FAULT_RESET,
	FAULT_ENDED,   /* the server closed before the echo was complete */
	FAULT_TIMEOUT, /* connected, but the echo did not come in time */
	FAULT_MISMATCH,
	FAULT_LOCAL, /* out of ports, descriptors or memory on this side */
	FAULT_OTHER,
	FAULT_UNANSWERED, /* still under way when we left */
	FAULT_KINDS
};

/* What an errno of connect(2) is. */
enum fault fault_of_errno(int error);

/*
 * What an errno of send(2) or recv(2) on a connection is: the same, but for a
 * time-out, as the handshake is long over.
 */
enum fault fault_of_transfer(int error);

/* For machines, "connect_timeout". */
const char *fault_name(enum fault);

/* For people, "connection refused". */
const char *fault_words(enum fault);

/* The exit status of a run in which nothing else happened. */
enum outcome fault_outcome(enum fault);

#endif
