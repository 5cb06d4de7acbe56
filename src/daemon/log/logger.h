/* SPDX-License-Identifier: ISC */
/*
 * logger: the process that takes log lines from the queue and hands them to
 * syslog(3) or standard error.  No other process may wait for a log daemon.
 *
 * It ends when no process can write to the queue any more.
 */
#ifndef ECHOD_LOGGER_H
#define ECHOD_LOGGER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "config/config.h"

struct errbuf;

/*
 * The settings that a reload can change.  They are sent through the queue,
 * between the lines, so that each line is written by the settings of its time.
 */
struct logger_settings {
	struct config_log log;
	uid_t uid; /* whom the logger becomes */
	gid_t gid;
	int sandbox;
	unsigned number; /* grows with each change */
};

/* The master's view of the logger. */
struct logger {
	pid_t pid; /* 0: there is none now */
	struct logger_settings settings;
	unsigned born_with; /* number of its settings at its start */
	bool unsent;	    /* these wait: the queue was full */
	bool keeps_stderr;  /* it has standard error, for a reload */
	unsigned queue;	    /* number of the queue; 0 is the first */
	unsigned failures;  /* in a row */
	int64_t started_ms;
	int64_t retry_ms; /* start it again then */
	int64_t kill_ms;  /* it was stopped: kill it then; 0: it was not */
};

/*
 * Make the queue (log_open()) and start the logger, with standard error or
 * without.  A logger that cannot give up its privileges ends with status 77
 * (EX_NOPERM).  Returns -1 with the reason.
 */
int logger_open(struct logger *, const struct config *, bool keep_stderr,
    struct errbuf *);

/* Whether a log daemon listens, if this configuration needs one. */
bool logger_is_heard(const struct config *);

/*
 * Have lines that are queued from now on written as this configuration says.
 * If that has another user, the logger ends, and logger_maintain() starts it
 * again as that user.
 */
void logger_configure(struct logger *, const struct config *);

/* A child has ended; true when it was the logger. */
bool logger_reaped(struct logger *, pid_t, int64_t now_ms);

/* A child was stopped or continued; true when it was the logger. */
bool logger_frozen(struct logger *, pid_t, bool frozen, int64_t now_ms);

/*
 * Kill a logger that has been stopped for a second.  Start a dead logger again
 * when its time has come; lines wait in the queue meanwhile.  If a process has
 * shut down the queue, make another and change logger->queue: processes that
 * were forked before write into the old one, and have to be replaced.  Send
 * settings for which there was no room.  Returns the clock_ms() to call this
 * again at, or INT64_MAX.
 */
int64_t logger_maintain(struct logger *, int64_t now_ms);

/* End a logger that waits for a log daemon which does not answer. */
void logger_kill(const struct logger *);

#endif
