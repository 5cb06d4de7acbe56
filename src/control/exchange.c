/* SPDX-License-Identifier: ISC */
#include "control/exchange.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

enum { ANSWER_MAX = 64 * 1024 * 1024 }; /* 20000 workers take a tenth of it */

/* Connect to the socket.  -1 with an exit status and the reason. */
static int
connect_to(const char *path, int *status, struct errbuf *err)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd;

	*status = EX_UNAVAILABLE;
	if (strlen(path) >= sizeof(addr.sun_path))
		return errbuf_set(err, "%s: too long for a socket", path);
	memcpy(addr.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1) {
		*status = EX_OSERR;
		return errbuf_sys(err, "cannot make a socket");
	}
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0)
		return fd;
	switch (errno) {
	case ENOENT:
		errbuf_set(err,
		    "no echod has a control socket at %s; see control.path in "
		    "echod.conf(5), and -s",
		    path);
		break;
	case ECONNREFUSED:
		errbuf_set(err, "no echod listens at %s", path);
		break;
	case EACCES:
	case EPERM:
		*status = EX_NOPERM;
		errbuf_sys(err, "%s", path);
		break;
	case EAGAIN:
		*status = EX_TEMPFAIL;
		errbuf_set(err, "the echod at %s does not answer", path);
		break;
	default:
		errbuf_sys(err, "%s", path);
	}
	close(fd);
	return -1;
}

struct bytes {
	char *at;
	size_t n, room;
};

/* Room for some more, and a NUL after it. */
static int
make_room(struct bytes *bytes)
{
	size_t room = bytes->room == 0 ? 65536 : 2 * bytes->room;
	char *at;

	if (bytes->room > bytes->n + 1)
		return 0;
	if (room > ANSWER_MAX || (at = realloc(bytes->at, room)) == NULL) {
		errno = ENOMEM;
		return -1;
	}
	bytes->at = at;
	bytes->room = room;
	return 0;
}

/* Read until the other end closes.  EX_OK, or an exit status. */
static int
read_all(int fd, int64_t timeout_ms, struct bytes *bytes, struct errbuf *err)
{
	struct pollfd look = { .fd = fd, .events = POLLIN };
	ssize_t n;

	for (;;) {
		int ready = poll(&look, 1,
		    timeout_ms > 0 ? (int)timeout_ms : -1);

		if (ready == -1 && errno == EINTR)
			continue;
		if (ready == 0) {
			errbuf_set(err, "echod does not answer");
			return EX_TEMPFAIL;
		}
		if (make_room(bytes) == -1) {
			errbuf_sys(err, "the answer is too long");
			return EX_OSERR;
		}
		n = recv(fd, bytes->at + bytes->n, bytes->room - bytes->n - 1,
		    0);
		if (n == 0)
			return EX_OK;
		if (n > 0)
			bytes->n += (size_t)n;
		/* At a stop the connection may be reset after the answer, so
		 * look at what has come. */
		else if (errno == ECONNRESET)
			return EX_OK;
		else if (errno != EINTR && errno != EAGAIN) {
			errbuf_sys(err, "cannot read the answer");
			return EX_IOERR;
		}
	}
}

/* A number of sysexits.h and a text: what comes after "error ". */
static int
parse_error(const char *line, struct answer *answer)
{
	char *end;
	long status = strtol(line, &end, 10);

	if (end == line || *end != ' ' || status <= 0 || status > 255)
		return -1;
	answer->status = (int)status;
	errbuf_set(&answer->why, "%s", end + 1);
	errbuf_clean(&answer->why);
	return 0;
}

int
exchange_parse(char *bytes, size_t n, struct answer *answer)
{
	char *last;

	*answer = (struct answer){ .text = bytes, .status = EX_OK };
	if (n == 0 || bytes[n - 1] != '\n' || memchr(bytes, '\0', n) != NULL)
		return -1;
	bytes[n - 1] = '\0';
	last = strrchr(bytes, '\n');
	last = last != NULL ? last + 1 : bytes;
	answer->n = (size_t)(last - bytes);
	if (strncmp(last, "error ", 6) == 0) {
		if (parse_error(last + 6, answer) == -1)
			return -1;
	} else if (strcmp(last, "ok") != 0) {
		return -1;
	}
	*last = '\0';
	return 0;
}

int
exchange(const char *path, const char *request, int64_t timeout_ms,
    struct answer *answer, struct errbuf *err)
{
	struct bytes bytes = { NULL, 0, 0 };
	char line[64];
	int status, fd = connect_to(path, &status, err);

	if (fd == -1)
		return status;
	snprintf(line, sizeof(line), "%s\n", request);
	/* The socket has room for the line, so this fails only if it is
	 * closed. */
	if (send(fd, line, strlen(line), MSG_NOSIGNAL) == -1 &&
	    errno != EPIPE) {
		errbuf_sys(err, "cannot send the request");
		status = EX_IOERR;
	} else {
		(void)shutdown(fd, SHUT_WR);
		status = read_all(fd, timeout_ms, &bytes, err);
	}
	close(fd);
	if (status == EX_OK &&
	    (bytes.at == NULL ||
		exchange_parse(bytes.at, bytes.n, answer) == -1)) {
		errbuf_set(err, "echod has ended without an answer");
		status = EX_TEMPFAIL;
	}
	if (status != EX_OK)
		free(bytes.at);
	return status;
}

void
exchange_free(struct answer *answer)
{
	free(answer->text);
	answer->text = NULL;
}
