/* SPDX-License-Identifier: ISC */
/*
 * target: the server: host and port as typed, and their addresses.
 */
#ifndef ECHOC_TARGET_H
#define ECHOC_TARGET_H

#include <stdint.h>

#include "common/addr.h"

struct options;
struct failure;

enum { TARGET_ADDRESSES = 32, TARGET_PORT = 10000 };

struct target {
	char host[ADDR_HOST];
	char service[ADDR_PORT]; /* a port number or a service name */
	uint16_t port;		 /* 0: the service is not looked up yet */
	struct addr address[TARGET_ADDRESSES];
	unsigned count;
};

/* Take host and port from the command line.  Returns -1 with OUTCOME_USAGE. */
int target_read(struct target *, const struct options *, struct failure *);

/*
 * Find the addresses and the port by --resolve, or by getaddrinfo(3) in a
 * thread, as a signal or the time-out must not wait for it.  Returns -1 with
 * OUTCOME_RESOLVE, OUTCOME_USAGE, OUTCOME_LIMIT or OUTCOME_INTERRUPTED.
 */
int target_resolve(struct target *, const struct options *, struct failure *);

#endif
