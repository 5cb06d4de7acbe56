/* SPDX-License-Identifier: ISC */
/*
 * predecessor: the side of the new master in an upgrade: it receives what the
 * old master hands over, learns when to take the service, and notices when the
 * old master has gone.
 *
 * If the old master ends before it has yielded, the new one takes the service
 * as soon as it can, for nobody else has it then.
 */
#ifndef ECHOD_PREDECESSOR_H
#define ECHOD_PREDECESSOR_H

#include <stdbool.h>
#include <sys/types.h>

#include "daemon/upgrade/handover.h"
#include "snapshot/snapshot.h"

struct errbuf;

enum predecessor_state {
	PREDECESSOR_NONE,    /* there is no old master any more */
	PREDECESSOR_SERVES,  /* it has the service */
	PREDECESSOR_AWAITED, /* we can serve, and it has been told so */
	PREDECESSOR_RETIRES, /* we have the service */
};

struct predecessor {
	enum predecessor_state state;
	bool yielded; /* it has told us to take over, or gone */
	int link;
	int waiter;		/* the master's epoll; -1: not yet */
	struct handover gave;	/* whoever takes a descriptor sets it to -1 */
	struct snapshot before; /* what it has counted, when it last told us */
	bool counted;		/* `before` is new; the reader resets this */
};

/*
 * `link` is the descriptor of ECHOD_HANDOVER that leads to an old master; -1:
 * there is none.
 */
void predecessor_begin(struct predecessor *, int link);

/*
 * Receive what the old master hands over, if there is one.  -1 with the reason
 * in err.
 */
int predecessor_take(struct predecessor *, struct errbuf *);

/* Add the link to this epoll.  -1 with errno. */
int predecessor_watch(struct predecessor *, int waiter);

/* Whether there is an old master that has not yielded. */
bool predecessor_waits(const struct predecessor *);

/* Tell it that the start has failed, with a status of sysexits.h and why. */
void predecessor_fail(struct predecessor *, int status, const char *why);

/* Tell it that we can serve. */
void predecessor_ready(struct predecessor *);

/*
 * Receive what it has sent.  True, once, when it is time to take the service.
 */
bool predecessor_step(struct predecessor *);

/* Tell it that we have the service; or that we have been told to stop. */
void predecessor_committed(struct predecessor *);
void predecessor_leaving(struct predecessor *);

#endif
