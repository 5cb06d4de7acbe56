/* SPDX-License-Identifier: ISC */
/*
 * log: turns a message into one escaped line and gives it to the logger's
 * pipe without ever waiting.  A line that finds the pipe full is lost and
 * counted; the logger says how many.  May not speak to syslog.
 *
 * Everything from outside (names, peers, received bytes) goes through
 * log_quote() before it becomes part of a message.
 */
#ifndef ECHOD_LOG_H
#define ECHOD_LOG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct errbuf;

/* The numbers are syslog(3)'s and RFC 5424's. */
enum log_level {
	LEVEL_ERR = 3,
	LEVEL_WARNING,
	LEVEL_NOTICE,
	LEVEL_INFO,
	LEVEL_DEBUG,
};

enum { LOG_LINE = 1024 }; /* bytes; below PIPE_BUF, so a write is atomic */

/*
 * The way to one logger.  The master keeps both ends, so that a dead logger
 * can be replaced without a line lost; everyone else keeps only one.
 */
struct log_pipe {
	int read_fd;
	int write_fd;
	struct log_losses *losses; /* shared by all processes */
};

/* Lines that were written to a pipe and reach no log.  Both only ever grow. */
struct log_losses {
	_Atomic uint64_t lost; /* by whoever wrote them, or by the logger */
	_Atomic uint64_t told; /* by the logger; survives it */
};

int log_pipe_open(struct log_pipe *, struct errbuf *);
void log_pipe_close(struct log_pipe *);

/* A line that was to go through this pipe is lost: count it. */
void log_lose(const struct log_pipe *);

/* How many lines have been lost in all pipes there ever were. */
uint64_t log_lost(void);

/*
 * From now on this process writes lines up to the given level into the pipe;
 * NULL means standard error, which is also where lines go at first.
 * The pipe stays the caller's and must outlive its use here.
 */
void log_use(const struct log_pipe *, enum log_level);

/* Whether a line of this level would be written: spares the work if not. */
bool log_wants(enum log_level);

/* Write one line; %m gives strerror(errno), which is preserved. */
void log_err(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_notice(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Write len bytes of data into buf in double quotes, with everything but
 * printable ASCII escaped as in C; "..." follows the closing quote when not
 * all of it fits.  Returns buf.
 */
const char *log_quote(char *buf, size_t size, const void *data, size_t len);

/*
 * A record in the pipe is "LEVEL PID TEXT\n".  Reads one (without its
 * newline); returns its text, or NULL when it is none.  For the logger.
 */
const char *log_record(char *record, enum log_level *, long *pid);

#endif
