/* SPDX-License-Identifier: ISC */
/*
 * reporter: the master's side of the program echod-report, which answers HTTP
 * requests: where it listens, and that it runs whenever it is wanted.  It asks
 * for what it answers like a caller of the control socket that may only read.
 *
 * Nothing here waits, and the service does not depend on any of it.
 */
#ifndef ECHOD_REPORTER_H
#define ECHOD_REPORTER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "config/reporter_job.h"
#include "daemon/reporter/endpoint.h"

struct control;
struct errbuf;

struct reporter {
	const char *program;	 /* its path; set by the master, */
	struct control *control; /* which answers what it asks, */
	bool keep_stderr;	 /* and has a standard error for it */
	struct endpoint_set now, next;
	bool prepared; /* `next` is what the next configuration wants */
	bool paused;   /* another echod answers at these sockets */
	struct reporter_job job; /* of the configuration in force */
	pid_t pid;		 /* 0: there is none */
	bool replaced;		 /* it has been killed to start another one */
	unsigned failures;	 /* in a row */
	int64_t started_ms;
	int64_t retry_ms; /* start it again then */
};

/*
 * Open what the next configuration wants of sockets, or take it from those that
 * are adopted.  -1 with the reason in err: an address cannot be had, or the
 * program is not there.
 */
int reporter_prepare(struct reporter *, struct listener_set *adopted,
    const struct config *, struct errbuf *);

/*
 * Put that in force, if it has not been done: a reporter that listens elsewhere
 * now, or is to be another user, is replaced; reporter_maintain() starts it.
 */
void reporter_commit(struct reporter *, const struct config *, int64_t now_ms);

/* Undo reporter_prepare(), if it has not been put in force. */
void reporter_abandon(struct reporter *, struct listener_set *adopted);

/*
 * This echod is to succeed another one, whose sockets these are now; until the
 * first commit that one answers.
 */
void reporter_succeed(struct reporter *, const struct endpoint_set *);

/* Another echod succeeds this one: do not answer any more; or do it again. */
void reporter_yield(struct reporter *);
void reporter_resume(struct reporter *, int64_t now_ms);

/*
 * Start it if it is wanted and its time has come.  Returns the clock_ms() to be
 * called again at, or INT64_MAX.
 */
int64_t reporter_maintain(struct reporter *, int64_t now_ms);

/* A child has ended; true when it was the reporter.  *expected: we ended it. */
bool reporter_reaped(struct reporter *, pid_t, bool *expected, int64_t now_ms);

/* A child was stopped or continued; true when it was the reporter, which is
 * killed when it was stopped. */
bool reporter_frozen(const struct reporter *, pid_t, bool frozen);

/* End it for good, and close its sockets. */
void reporter_end(struct reporter *);

#endif
