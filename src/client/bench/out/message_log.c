/* SPDX-License-Identifier: ISC */
#include "client/bench/out/message_log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "client/core/failure.h"
#include "common/output.h"

static const char header[] = "due_ns\tsent_ns\tdone_ns\tconnection\tbytes\n";
enum { LINE = 128 };

int
message_log_open(const char *path, struct failure *f)
{
	/* With O_APPEND, another process may truncate the file meanwhile. */
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC,
	    0666);

	if (fd == -1)
		return failure_sys(f, OUTCOME_USAGE, "--log %s", path);
	if (output_write(fd, header, sizeof(header) - 1) == -1) {
		failure_sys(f, OUTCOME_USAGE, "--log %s", path);
		close(fd);
		return -1;
	}
	return fd;
}

struct message_log *
message_log_new(int fd)
{
	struct message_log *log = calloc(1, sizeof(*log));

	if (log != NULL)
		log->fd = fd;
	return log;
}

int
message_log_flush(struct message_log *log)
{
	/* A pipe may take a part of a write; another thread must not get between. */
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

	pthread_mutex_lock(&lock);
	if (log->error == 0 &&
	    output_write(log->fd, log->bytes, log->used) == -1)
		log->error = errno;
	pthread_mutex_unlock(&lock);
	log->used = 0;
	errno = log->error;
	return log->error == 0 ? 0 : -1;
}

void
message_log_add(struct message_log *log, int64_t due, int64_t sent,
    int64_t done, uint32_t connection, uint32_t size)
{
	int n;

	if (log->used + LINE > sizeof(log->bytes))
		message_log_flush(log);
	n = snprintf(log->bytes + log->used, LINE,
	    "%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRIu32 "\t%" PRIu32 "\n",
	    due, sent, done, connection, size);
	log->used += (size_t)n;
}
