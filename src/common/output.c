/* SPDX-License-Identifier: ISC */
#include "common/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

/* How long to wait when poll(2) reports room and write(2) finds none. */
enum { AGAIN_MS = 5 };

/* The descriptor of a stream, and its first error. */
struct sink {
	FILE *file;
	int fd;
	int error; /* errno of the first write that failed, 0: none */
	struct sink *next;
};

static struct sink standard = { .fd = STDOUT_FILENO };
static struct sink messages = { .fd = STDERR_FILENO, .next = &standard };
static struct sink *sinks = &messages;

/* In vain: a terminal may have room for one byte, and need two for "\n". */
static void
wait_for_room(int fd, bool in_vain)
{
	struct pollfd pfd = { .fd = fd, .events = POLLOUT };

	if (in_vain)
		(void)poll(NULL, 0, AGAIN_MS);
	(void)poll(&pfd, 1, -1);
}

int
output_write(int fd, const void *bytes, size_t n)
{
	const char *from = bytes;
	bool waited = false;
	ssize_t done;

	while (n > 0) {
		done = write(fd, from, n);
		if (done == -1 && errno != EAGAIN && errno != EINTR)
			return -1;
		if (done == -1 && errno == EAGAIN) {
			wait_for_room(fd, waited);
			waited = true;
		}
		if (done > 0) {
			from += done;
			n -= (size_t)done;
			waited = false;
		}
	}
	return 0;
}

/* The write function of fopencookie(3), which returns 0 for an error. */
static ssize_t
put(void *cookie, const char *bytes, size_t n)
{
	struct sink *sink = cookie;

	if (output_write(sink->fd, bytes, n) == 0)
		return (ssize_t)n;
	if (sink->error == 0)
		sink->error = errno;
	return 0;
}

/* The stream of a sink, made on first use; NULL with errno. */
static FILE *
stream_of(struct sink *sink)
{
	const cookie_io_functions_t functions = { .write = put };

	if (sink->file != NULL)
		return sink->file;
	sink->file = fopencookie(sink, "w", functions);
	if (sink->file != NULL && sink == &messages)
		setvbuf(sink->file, NULL, _IONBF, 0);
	else if (sink->file != NULL && isatty(sink->fd) == 1)
		setvbuf(sink->file, NULL, _IOLBF, BUFSIZ);
	return sink->file;
}

FILE *
output_standard(void)
{
	FILE *file = stream_of(&standard);

	return file != NULL ? file : stdout;
}

FILE *
output_error(void)
{
	FILE *file = stream_of(&messages);

	return file != NULL ? file : stderr;
}

FILE *
output_open(const char *path)
{
	struct sink *sink = calloc(1, sizeof(*sink));
	int saved;

	if (sink == NULL)
		return NULL;
	sink->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (sink->fd == -1 || stream_of(sink) == NULL) {
		saved = errno;
		if (sink->fd != -1)
			close(sink->fd);
		free(sink);
		errno = saved;
		return NULL;
	}
	sink->next = sinks;
	sinks = sink;
	return sink->file;
}

/* The pointer in the list to the sink of a stream, or to the final NULL. */
static struct sink **
find(const FILE *file)
{
	struct sink **place = &sinks;

	while (*place != NULL && (*place)->file != file)
		place = &(*place)->next;
	return place;
}

int
output_flush(FILE *file)
{
	const struct sink *sink = *find(file);
	int result = fflush(file);

	if (sink != NULL && sink->error != 0) {
		errno = sink->error;
		return -1;
	}
	return result == EOF ? -1 : 0;
}

int
output_close(FILE *file)
{
	struct sink **place = find(file), *sink = *place;
	int result = output_flush(file), saved = errno;

	if (sink == NULL || sink == &standard || sink == &messages)
		return result;
	*place = sink->next;
	(void)fclose(file);
	/* A network file system may report a write error only at close. */
	if (close(sink->fd) == -1 && result == 0) {
		result = -1;
		saved = errno;
	}
	free(sink);
	errno = saved;
	return result;
}
