/* SPDX-License-Identifier: ISC */
/*
 * fault: what can go wrong with a connection.
 */
#ifndef ECHOC_FAULT_H
#define ECHOC_FAULT_H

#include "client/core/failure.h"

enum fault {
	FAULT_NONE,
	FAULT_REFUSED,	       /* no server listens on that port */
	FAULT_UNREACHABLE,     /* there is no route, or a filter forbids it */
	FAULT_CONNECT_TIMEOUT, /* no answer to the handshake */
	FAULT_RESET,
	FAULT_ENDED,   /* the server closed before the echo was complete */
	FAULT_TIMEOUT, /* connected, but the echo did not come in time */
	FAULT_MISMATCH,
	FAULT_LOCAL, /* this host lacks ports, descriptors or memory */
	FAULT_OTHER,
	FAULT_UNANSWERED, /* still in flight at the end of the run */
	FAULT_KINDS
};

/* The fault that an errno of connect(2) stands for. */
enum fault fault_of_errno(int error);

/* The same for send(2) or recv(2), where a time-out is not of the handshake. */
enum fault fault_of_transfer(int error);

/* The name in JSON and CSV, as "connect_timeout". */
const char *fault_name(enum fault);

/* The words for people, as "connection refused". */
const char *fault_words(enum fault);

/* The exit status of a run in which only this went wrong. */
enum outcome fault_outcome(enum fault);

#endif
