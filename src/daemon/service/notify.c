/* SPDX-License-Identifier: ISC */
#include "daemon/service/notify.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/log/log.h"

enum {
	PAUSE_MS = 50,	       /* before the second try, and twice as long */
	PAUSE_MAX_MS = 5000,   /* before each further one */
	DESCRIPTORS_MAX = 253, /* of one datagram (unix(7), SCM_RIGHTS) */
};

/* Log one warning, until a datagram can be sent again. */
static void
fail(struct notify *n)
{
	if (!n->failed)
		log_warning("cannot notify the service manager: %m");
	n->failed = true;
}

/* False if the address is not that of a UNIX socket. */
static bool
take_address(struct notify *n, const char *address)
{
	size_t length = strlen(address);

	if (address[0] != '/' && address[0] != '@')
		return false;
	if (length >= sizeof(n->to.sun_path)) {
		n->error = ENAMETOOLONG;
		return false;
	}
	n->to.sun_family = AF_UNIX;
	memcpy(n->to.sun_path, address, length);
	/* The name of an abstract address begins with a NUL and ends where its
	 * length says; a path has a NUL at its end. */
	if (address[0] == '@')
		n->to.sun_path[0] = '\0';
	else
		length++;
	n->length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
	    length);
	return true;
}

void
notify_open(struct notify *n, const char *address)
{
	memset(n, 0, sizeof(*n));
	n->fd = -1;
	if (address == NULL || !take_address(n, address))
		return;
	n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (n->fd == -1)
		n->error = errno;
}

/*
 * Send a datagram.  False: there is no room now.  After any other fault the
 * datagram is given up, for a second try would not help.
 */
static bool
transmit(struct notify *n, const char *text, const int *fds, unsigned count)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(DESCRIPTORS_MAX * sizeof(int))];
	} control;
	struct iovec line = { (char *)text, strlen(text) };
	struct msghdr message = { .msg_name = &n->to,
		.msg_namelen = n->length,
		.msg_iov = &line,
		.msg_iovlen = 1 };

	if (count > 0 && count <= DESCRIPTORS_MAX) {
		memset(&control, 0, sizeof(control));
		control.align.cmsg_level = SOL_SOCKET;
		control.align.cmsg_type = SCM_RIGHTS;
		control.align.cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(&control.align), fds, count * sizeof(int));
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(count * sizeof(int));
	}
	if (sendmsg(n->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) != -1) {
		n->failed = false;
		return true;
	}
	if (errno == EAGAIN || errno == ENOBUFS)
		return false;
	fail(n);
	return true;
}

static void
take_out(struct notify *n, unsigned i)
{
	n->waiting--;
	memmove(&n->queue[i], &n->queue[i + 1],
	    (n->waiting - i) * sizeof(n->queue[0]));
}

/* Forget a message of this kind that waits, for it is out of date. */
static void
forget(struct notify *n, enum notify_kind kind)
{
	for (unsigned i = n->waiting; kind != NOTIFY_STATE && i-- > 0;)
		if (n->queue[i].kind == kind)
			take_out(n, i);
}

void
notify_send(struct notify *n, enum notify_kind kind, int64_t now_ms,
    const char *fmt, ...)
{
	struct notify_message *message;
	va_list ap;

	if (n->fd == -1) {
		errno = n->error;
		if (n->error != 0)
			fail(n);
		return;
	}
	forget(n, kind);
	if (n->waiting == NOTIFY_QUEUE)
		take_out(n, 0);
	message = &n->queue[n->waiting++];
	message->kind = kind;
	va_start(ap, fmt);
	vsnprintf(message->text, sizeof(message->text), fmt, ap);
	va_end(ap);
	(void)notify_step(n, now_ms);
}

int64_t
notify_step(struct notify *n, int64_t now_ms)
{
	if (n->waiting == 0)
		return INT64_MAX;
	if (now_ms < n->retry_ms)
		return n->retry_ms;
	while (n->waiting > 0 && transmit(n, n->queue[0].text, NULL, 0))
		take_out(n, 0);
	if (n->waiting == 0) {
		n->pause_ms = n->retry_ms = 0;
		return INT64_MAX;
	}
	n->pause_ms = n->pause_ms == 0	   ? PAUSE_MS :
	    2 * n->pause_ms > PAUSE_MAX_MS ? PAUSE_MAX_MS :
					     2 * n->pause_ms;
	return n->retry_ms = now_ms + n->pause_ms;
}

bool
notify_descriptors(struct notify *n, const char *text, const int *fds,
    unsigned count)
{
	return n->fd == -1 ||
	    (n->waiting == 0 && transmit(n, text, fds, count));
}

const char *
notify_clean(char *text)
{
	for (char *c = text; *c != '\0'; c++)
		if (*c < 0x20 || *c > 0x7e)
			*c = '?';
	return text;
}
