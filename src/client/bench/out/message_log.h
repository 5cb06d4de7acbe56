/* SPDX-License-Identifier: ISC */
/*
 * message_log: a line for each measured message, from several threads into one
 * file.  Whoever doubts a percentile can count for himself.
 */
#ifndef ECHOC_MESSAGE_LOG_H
#define ECHOC_MESSAGE_LOG_H

#include <stddef.h>
#include <stdint.h>

struct failure;

/* A thread's part: whole lines are gathered, and written at once. */
struct message_log {
	int fd;	   /* of all threads */
	int error; /* errno of a write that failed, 0: none */
	size_t used;
	char bytes[65536];
};

/*
 * Create or empty the file and write its first line.  Returns the descriptor,
 * or -1 with OUTCOME_USAGE.
 */
int message_log_open(const char *path, struct failure *);

/* A part for a thread; NULL with errno. */
struct message_log *message_log_new(int fd);

/*
 * One message: when it was due, sent and answered, in nanoseconds since the
 * window began; the number of its connection; its size.
 */
void message_log_add(struct message_log *, int64_t due, int64_t sent,
    int64_t done, uint32_t connection, uint32_t size);

/* Write what is left.  Returns -1 with errno when something was not. */
int message_log_flush(struct message_log *);

#endif
