/* SPDX-License-Identifier: ISC */
/*
 * message_log: the file of --log: a line for each measured message.
 */
#ifndef ECHOC_MESSAGE_LOG_H
#define ECHOC_MESSAGE_LOG_H

#include <stddef.h>
#include <stdint.h>

struct failure;

/* The buffer of a thread: whole lines are gathered, and written at once. */
struct message_log {
	int fd;	   /* shared by all threads; all else begins as zeros */
	int error; /* errno of a write that failed, 0: none */
	size_t used;
	char bytes[65536];
};

/* Create the file.  Returns the descriptor, or -1 with OUTCOME_USAGE. */
int message_log_open(const char *path, struct failure *);

/* A buffer for that file, for free(3); NULL with errno. */
struct message_log *message_log_new(int fd);

/* The times are nanoseconds since the window began, the size is bytes. */
void message_log_add(struct message_log *, int64_t due, int64_t sent,
    int64_t done, uint32_t connection, uint32_t size);

/* Write what is left.  Returns -1 with the errno of the first failure. */
int message_log_flush(struct message_log *);

#endif
