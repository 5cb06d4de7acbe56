/* SPDX-License-Identifier: ISC */
/*
 * endpoint: the sockets at which HTTP requests are answered: prepare the next
 * set, which keeps some of those there are, then commit or abandon it.  The
 * master opens them, because that can take root, and never looks into them.
 */
#ifndef ECHOD_ENDPOINT_H
#define ECHOD_ENDPOINT_H

#include <stdbool.h>

#include "common/addr.h"
#include "config/config.h"
#include "daemon/listen/listener.h"

struct errbuf;

struct endpoint {
	struct addr wanted;   /* as configured, the port perhaps 0 */
	struct addr bound;    /* as getsockname(2) says */
	char text[ADDR_TEXT]; /* of bound */
	int fd;		      /* non-blocking, close-on-exec, fixed number */
	bool kept;	      /* the same socket as in the set before */
	bool adopted;	      /* a socket unit has opened it, */
	struct listener from; /* as which it came */
};

struct endpoint_set {
	unsigned count;
	struct endpoint item[CONFIG_METRICS];
};

/*
 * Make the set that the configuration asks for.  An address that `now` has as
 * well keeps its socket, one that is adopted is taken from there, so that it
 * is none of the echo service, and the others are opened.  -1 with the address
 * and the reason in err, and nothing has changed then.
 */
int endpoint_set_prepare(struct endpoint_set *next,
    const struct endpoint_set *now, struct listener_set *adopted,
    const struct config *, struct errbuf *);

/* Put `next` in force; it is empty then.  True: there is another socket. */
bool endpoint_set_commit(struct endpoint_set *now, struct endpoint_set *next);

/* Close what prepare has opened, and give back what it has taken. */
void endpoint_set_abandon(struct endpoint_set *next,
    struct listener_set *adopted);

/* Close all. */
void endpoint_set_close(struct endpoint_set *);

#endif
