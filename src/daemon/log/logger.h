/* SPDX-License-Identifier: ISC */
/*
 * logger: the process that reads log lines from the pipe and hands them to
 * syslog(3) or standard error.  The only one that may wait for a log daemon,
 * and the only file that knows syslog.
 *
 * It leaves when every writer is gone, and hears no signal that could end or
 * stop it, but for KILL, STOP, TSTP and those of a crash.
 */
#ifndef ECHOD_LOGGER_H
#define ECHOD_LOGGER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "config/config.h"
#include "daemon/log/log.h"

struct errbuf;
struct scoreboard;

/* The master's view of a logger. */
struct logger {
	pid_t pid; /* 0: there is none now */
	struct log_pipe pipe;
	struct scoreboard
	    *board; /* to say why it cannot start; NULL: nowhere */
	struct config_log settings;
	uid_t uid; /* whom it becomes */
	gid_t gid;
	unsigned failures; /* in a row */
	int64_t started_ms;
	int64_t retry_ms; /* start it again then */
};

enum { LOGGER_PAST = 8 };

/* Replaced loggers, which leave when their last writer does. */
struct logger_past {
	pid_t pid[LOGGER_PAST];
};

/*
 * Make the pipe and start the process.  When that cannot give up its
 * privileges, it ends with 77 (EX_NOPERM) and says why on the scoreboard, which
 * may be NULL.
 */
int logger_open(struct logger *, const struct config *, struct scoreboard *,
    struct errbuf *);

/* Whether somebody reads where this configuration sends the log. */
bool logger_is_heard(const struct config *);

/* Whether this configuration needs another logger. */
bool logger_differs(const struct logger *, const struct config *);

/* A child has ended; true when it was this logger. */
bool logger_reaped(struct logger *, pid_t, int64_t now_ms);

/*
 * Start a dead logger again when its time has come; the lines in the pipe
 * have waited.  Returns the clock_ms() to be called again at, or INT64_MAX.
 */
int64_t logger_maintain(struct logger *, int64_t now_ms);

/*
 * Let go of the pipe: the process ends when all other writers have too.
 * Nobody may be logging to it (log_use()) any more.
 */
void logger_close(struct logger *);

/*
 * Remember a logger that has been replaced (0: none); when there are too many,
 * the oldest has hung long enough and is killed.
 */
void logger_past_add(struct logger_past *, pid_t);

/* Whether all of them have left. */
bool logger_past_empty(const struct logger_past *);

/* A child has ended; true when it was one of these. */
bool logger_past_reaped(struct logger_past *, pid_t);

/* Those who are left wait for a log daemon that does not answer. */
void logger_past_kill(struct logger_past *);

#endif
