/* SPDX-License-Identifier: ISC */
/*
 * control: the control socket: lets callers in, and reads and writes for them.
 * What they ask is answered by who has it all, the master (answer.h).
 *
 * Nothing here waits, and a caller that is slow or silent costs nobody else
 * anything: when all places are taken, the one that has been idle for the longest
 * time gives way to a new one.
 */
#ifndef ECHOD_CONTROL_H
#define ECHOD_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/control/caller.h"
#include "daemon/control/place.h"

struct config_control;
struct errbuf;

enum {
	CONTROL_CALLERS = 8,
	CONTROL_ADOPTED = 2, /* besides */
};

struct control {
	int waiter;   /* an epoll over all of this, in that of the master */
	bool noticed; /* set this when it has an event */
	struct place place;
	unsigned last; /* who was answered last */
	/* Accept has failed: not before then; 0: it has not. */
	int64_t accept_ms;
	struct caller caller[CONTROL_CALLERS + CONTROL_ADOPTED];
};

/* Without a place, until control_settle().  -1 with the reason in err. */
int control_open(struct control *, int waiter, struct errbuf *err);

/*
 * Have the control socket where the configuration wants it.  What cannot be done
 * costs one warning, and the socket there is stays.  For take_over see place.h.
 */
void control_settle(struct control *, const struct config_control *,
    bool take_over);

/*
 * A caller that was connected by socketpair(2), with these rights.  The
 * descriptor is ours from now on.  -1: there are too many already.
 */
int control_adopt(struct control *, int fd, unsigned rights);

/* Read, write and let in; end those whose time is over. */
void control_step(struct control *, int64_t now_ms);

/* When to do that again, by clock_ms(); INT64_MAX: only when noticed. */
int64_t control_deadline(const struct control *);

/* The next caller in turn whose `verb` is to be answered; NULL: there is none. */
struct caller *control_asked(struct control *);

/* What has been said to this caller can be sent. */
void control_said(struct control *, struct caller *, int64_t now_ms);

/*
 * An event has come, with this status of sysexits(3) and the sentence of the log:
 * it is the answer for those who have waited for it; if it is the last, for all
 * who wait for one of its kind.
 */
void control_tell(struct control *, enum caller_event, int status,
    const char *sentence, bool last);

/* Nobody can connect any more. */
void control_leave(struct control *);

/* Send what can be sent, and forget all callers. */
void control_close(struct control *);

#endif
