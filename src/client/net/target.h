/* SPDX-License-Identifier: ISC */
/*
 * target: whom to talk to: the host as it was typed, the port, and the
 * addresses that a name service gives for them.
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
	char service[ADDR_PORT]; /* as it was typed */
	uint16_t port;		 /* 0 until it is looked up */
	struct addr address[TARGET_ADDRESSES];
	unsigned count;
};

/*
 * Take host and port from the command line, or the defaults.  Asks nobody.
 * Returns -1 with OUTCOME_USAGE.
 */
int target_read(struct target *, const struct options *, struct failure *);

/*
 * Find the addresses and the port: --resolve first, else getaddrinfo(3), which
 * runs in a thread of its own so that neither a signal nor the time-out has
 * to wait for a name server.  Returns -1 with OUTCOME_RESOLVE, or with
 * OUTCOME_INTERRUPTED.
 */
int target_resolve(struct target *, const struct options *, struct failure *);

#endif
