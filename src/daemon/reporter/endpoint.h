/* SPDX-License-Identifier: ISC */
/*
 * endpoint: sets of the sockets at which echod-report answers HTTP requests.  A
 * reload prepares the next set, which keeps sockets of the set in force; then
 * it commits that set, or abandons it.  The master opens the sockets, because
 * that may take root, but never accepts or reads there.
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
	bool adopted;	      /* it comes from a socket unit: */
	struct listener from; /* the listener that it was */
};

struct endpoint_set {
	unsigned count;
	struct endpoint item[CONFIG_METRICS];
};

/*
 * Make the set that the configuration asks for.  An address that has a socket
 * in `now` keeps it; one that has a listener in `adopted` takes that, so that
 * the echo service does not; for the others a socket is opened.  -1 with the
 * address and the reason in err, and nothing has changed.
 */
int endpoint_set_prepare(struct endpoint_set *next,
    const struct endpoint_set *now, struct listener_set *adopted,
    const struct config *, struct errbuf *);

/*
 * Put `next` in force, which is empty then.  True if the sockets have changed.
 */
bool endpoint_set_commit(struct endpoint_set *now, struct endpoint_set *next);

/*
 * Close the sockets that prepare has opened, and give back those that it has
 * taken.
 */
void endpoint_set_abandon(struct endpoint_set *next,
    struct listener_set *adopted);

/* Close all. */
void endpoint_set_close(struct endpoint_set *);

#endif
