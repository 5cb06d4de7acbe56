/* SPDX-License-Identifier: ISC */
/*
 * control: the control socket: accepts callers, and reads and writes for them.
 * The master makes the answers (answer.h).
 *
 * Nothing here waits, and a caller that is slow or silent does not keep others
 * out: when all places are taken, a caller that has been idle for long, or has been
 * answered already, gives way to a new one.
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
	int waiter;   /* an epoll for these, which is in the master's */
	bool noticed; /* set by the master: `waiter` has an event */
	struct place place;
	unsigned last; /* number of the caller answered last */
	/* accept(2) has failed, and is tried again then; 0: it has not. */
	int64_t accept_ms;
	struct caller caller[CONTROL_CALLERS + CONTROL_ADOPTED];
};

/*
 * Begin, without a socket until control_settle() is called.  -1 with the reason
 * in err.
 */
int control_open(struct control *, int waiter, struct errbuf *err);

/*
 * Make the control socket that the configuration asks for, in place of the one
 * before.  If that fails, the log has a warning, and the one before stays.  For
 * take_over see place.h.
 */
void control_settle(struct control *, const struct config_control *,
    bool take_over);

/*
 * Add a caller with these rights that is connected by socketpair(2), and own
 * its descriptor.  -1 if there are too many.
 */
int control_adopt(struct control *, int fd, unsigned rights);

/* Accept, read and write, and disconnect callers whose deadline is over. */
void control_step(struct control *, int64_t now_ms);

/* The clock_ms() to call that again at; INT64_MAX: only at events. */
int64_t control_deadline(const struct control *);

/* The next caller, in turn, whose request is to be answered; NULL: none. */
struct caller *control_asked(struct control *);

/*
 * The answer to this caller has been made, or a part of it: begin to send it.
 */
void control_said(struct control *, struct caller *, int64_t now_ms);

/*
 * An event has happened.  Answer the callers that wait for it, with this status
 * of sysexits(3) and the sentence that the log has.  If there will be no other
 * event of its kind, `last`, answer all callers that wait for one.
 */
void control_tell(struct control *, enum caller_event, int status,
    const char *sentence, bool last);

/* Remove the socket: nobody can connect any more. */
void control_leave(struct control *);

/* Send as much as can be sent without waiting, and disconnect all callers. */
void control_close(struct control *);

#endif
