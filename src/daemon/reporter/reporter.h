/* SPDX-License-Identifier: ISC */
/*
 * reporter: the master's side of the program echod-report, which answers HTTP
 * requests: opens its sockets, and keeps it running while the configuration
 * asks for it.  It gets its answers from the master as a caller of the control
 * socket that may only read.
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
	const char *program;	 /* its path; set by the master, as is: */
	struct control *control; /* where its requests are answered */
	bool keep_stderr;	 /* it gets the standard error of the master */
	struct endpoint_set now, next;
	bool prepared;		 /* `next` is for the next configuration */
	bool paused;		 /* the other master answers at these sockets */
	struct reporter_job job; /* of the configuration in force */
	pid_t pid;		 /* 0: there is none */
	bool replaced;		 /* it was killed, for another one to start */
	unsigned failures;	 /* in a row */
	int64_t started_ms;
	int64_t retry_ms; /* start it again then */
};

/*
 * Open the sockets for the next configuration, or take them from those that are
 * adopted.  -1 with the reason in err if an address cannot be bound, or the
 * program is missing.
 */
int reporter_prepare(struct reporter *, struct listener_set *adopted,
    const struct config *, struct errbuf *);

/*
 * Put them in force, if that has not been done.  If the sockets or the user
 * have changed, the reporter is ended, and reporter_maintain() starts another.
 */
void reporter_commit(struct reporter *, const struct config *, int64_t now_ms);

/* Undo reporter_prepare(), unless reporter_commit() has been called. */
void reporter_abandon(struct reporter *, struct listener_set *adopted);

/*
 * In an upgrade: begin with the sockets of the old master, at which that
 * answers until the first commit.
 */
void reporter_succeed(struct reporter *, const struct endpoint_set *);

/* In an upgrade: stop answering, for the new master does; or answer again. */
void reporter_yield(struct reporter *);
void reporter_resume(struct reporter *, int64_t now_ms);

/*
 * Start the reporter if it is to run and its time has come.  Returns the
 * clock_ms() to call this again at, or INT64_MAX.
 */
int64_t reporter_maintain(struct reporter *, int64_t now_ms);

/*
 * A child has ended.  True if it was the reporter; then *expected tells whether
 * the master has ended it.
 */
bool reporter_reaped(struct reporter *, pid_t, bool *expected, int64_t now_ms);

/*
 * A child was stopped or continued.  True if it is the reporter; then it is
 * killed if it was stopped.
 */
bool reporter_frozen(const struct reporter *, pid_t, bool frozen);

/* End the reporter for good, and close its sockets. */
void reporter_end(struct reporter *);

#endif
