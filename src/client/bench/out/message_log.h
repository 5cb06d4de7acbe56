/* SPDX-License-Identifier: ISC */
/*
 * msglog: a line for each measured message, from several threads into one
 * file.  Whoever doubts a percentile can count for himself.
 */
#ifndef ECHOC_MSGLOG_H
#define ECHOC_MSGLOG_H

#include <stddef.h>
#include <stdint.h>

struct failure;

/* A thread's part: whole lines are gathered, and written at once. */
struct msglog {
	int fd;	   /* of all threads */
	int error; /* errno of a write that failed, 0: none */
	size_t used;
	char bytes[65536];
};

/*
 * Create or empty the file and write its first line.  Returns the descriptor,
 * or -1 with OUTCOME_USAGE.
 */
int msglog_open(const char *path, struct failure *);

/* A part for a thread; NULL with errno. */
struct msglog *msglog_new(int fd);

/*
 * One message: when it was due, sent and answered, in nanoseconds since the
 * window began; the number of its connection; its size.
 */
void msglog_add(struct msglog *, int64_t due, int64_t sent, int64_t done,
    uint32_t connection, uint32_t size);

/* Write what is left.  Returns -1 with errno when something was not. */
int msglog_flush(struct msglog *);

#endif
