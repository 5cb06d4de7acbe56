/* SPDX-License-Identifier: ISC */
/*
 * log: turns a message into one escaped line and queues it for the logger,
 * without ever waiting.  A line that finds the queue full is lost and counted.
 *
 * Text from outside goes through log_quote() before it is part of a message.
 */
#ifndef ECHOD_LOG_H
#define ECHOD_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct errbuf;

/* The numbers are those of syslog(3) and RFC 5424. */
enum log_level {
	LEVEL_ERR = 3,
	LEVEL_WARNING,
	LEVEL_NOTICE,
	LEVEL_INFO,
	LEVEL_DEBUG,
};

enum {
	LOG_LINE = 1024, /* bytes of a record at most */
	LOG_TEXT = LOG_LINE + 1,
};

/*
 * Make the queue: a pair of sockets, and counters in memory that all processes
 * share.  Lines go to the queue from now on, and before to standard error, as
 * far as LEVEL_INFO.  The master keeps both sockets, so that a dead logger can
 * be replaced without losing what is in the queue.
 */
int log_open(struct errbuf *);

/*
 * Give the queue the room that it had at first, for each process that has the
 * socket can change it.
 */
void log_make_room(void);

/*
 * Whether the queue is shut down (shutdown(2)), as each process that has the
 * socket can do.  Then lines are lost, but what is in the queue can be read.
 */
bool log_is_shut(void);

/*
 * Replace the queue by a new one, with the same descriptors.  Processes that
 * were forked before keep the old one.  -1 with errno.
 */
int log_reopen(void);

/* Close the queue; lines go to standard error again, as far as LEVEL_INFO. */
void log_close(void);

/* The sockets; -1: there is no queue. */
int log_writer(void);
int log_reader(void);

/* From now on this process writes lines up to this level. */
void log_limit(enum log_level);

/* Whether a line of this level would be written; if not, do not prepare it. */
bool log_wants(enum log_level);

/* Write one line; %m gives strerror(errno), which is preserved. */
void log_err(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_notice(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The same with the level as an argument. */
void log_write(enum log_level, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * A call has failed with `error`, or has succeeded if that is 0.  Log one line
 * when it begins to fail, for it may fail again and again.  *said keeps that in
 * mind.
 */
void log_trouble(bool *said, int error, const char *what);

/*
 * Write len bytes of data into buf in double quotes, with everything but
 * printable ASCII escaped as in C; "..." follows the closing quote when not
 * all of it fits.  Returns buf.
 */
const char *log_quote(char *buf, size_t size, const void *data, size_t len);

/* Put one record into the queue.  False: it has no room, or there is none. */
bool log_send(const void *record, size_t n);

/*
 * Wait for the next record, of which at most `size` bytes are kept.  Returns
 * its length and its sender, which the kernel names; 0 when the queue is empty
 * and no process can write to it any more; -1 with errno.
 */
ssize_t log_receive(void *record, size_t size, pid_t *sender);

/*
 * The text of a record of n bytes: printable ASCII, with other bytes as \xNN,
 * cut where it does not fit.  False: it is no line.
 */
bool log_record(const char *record, size_t n, enum log_level *,
    char text[LOG_TEXT]);

/* Count a lost line; and tell how many have been lost in all. */
void log_lose(void);
uint64_t log_lost(void);

/*
 * How many lost lines the log has not been told of; and note that it has been
 * told of so many.
 */
uint64_t log_untold(void);
void log_tell(uint64_t lines);

#endif
