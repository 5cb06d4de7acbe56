/* SPDX-License-Identifier: ISC */
/*
 * predecessor: the side of the new master: what it gets from the one before it,
 * when it takes the service, and when that one has gone.
 *
 * If the old master is gone before it has yielded, the new one takes the service
 * as soon as it can: nobody else has it then.
 */
#ifndef ECHOD_PREDECESSOR_H
#define ECHOD_PREDECESSOR_H

#include <stdbool.h>
#include <sys/types.h>

#include "daemon/upgrade/handover.h"
#include "snapshot/snapshot.h"

struct errbuf;

enum predecessor_state {
	PREDECESSOR_NONE,    /* there is none, or it has gone */
	PREDECESSOR_SERVES,  /* it has the service */
	PREDECESSOR_AWAITED, /* we can serve, and it has been told so */
	PREDECESSOR_RETIRES, /* we have the service */
};

struct predecessor {
	enum predecessor_state state;
	bool yielded; /* it has told us to take the service, or has gone */
	int link;
	int waiter;		/* the master's epoll; -1: not yet */
	struct handover gave;	/* whoever takes a descriptor sets it to -1 */
	struct snapshot before; /* what it has counted, when it last told us */
	bool counted;		/* it has just told us: set this to false */
};

/* There is one at this descriptor (ECHOD_HANDOVER); -1: there is none. */
void predecessor_begin(struct predecessor *, int link);

/* Take what it gives, if there is one.  -1 with the reason in err. */
int predecessor_take(struct predecessor *, struct errbuf *);

/* Hear it from now on by this epoll.  -1 with errno. */
int predecessor_watch(struct predecessor *, int waiter);

/* Whether there is one that has not yielded. */
bool predecessor_waits(const struct predecessor *);

/* Tell it that the start has failed, with a status of sysexits.h and why. */
void predecessor_fail(struct predecessor *, int status, const char *why);

/* Tell it that we can serve. */
void predecessor_ready(struct predecessor *);

/* Take what it has said.  True, once: it is time to take the service. */
bool predecessor_step(struct predecessor *);

/* Tell it that we have the service; or that we have been told to stop. */
void predecessor_committed(struct predecessor *);
void predecessor_leaving(struct predecessor *);

#endif
