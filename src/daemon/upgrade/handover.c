/* SPDX-License-Identifier: ISC */
#include "daemon/upgrade/handover.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/errbuf.h"
#include "common/output.h"
#include "common/units.h"
#include "daemon/link.h"
#include "daemon/listen/inherited.h"
#include "daemon/log/log.h"
#include "snapshot/snapshot.h"
#include "snapshot/wire.h"

enum { PROTOCOL = 1 };

union control {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr aligned;
};

/* One record, with a descriptor if fd is not -1. */
static int
send_record(int link, const char *line, int fd)
{
	union control control = { .bytes = "" };
	struct iovec iov = { .iov_base = (char *)line,
		.iov_len = strlen(line) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *cmsg;

	if (fd != -1) {
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control);
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	}
	return sendmsg(link, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) == -1 ? -1 : 0;
}

int
handover_say(int link, const char *fmt, ...)
{
	char line[HANDOVER_RECORD];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (n < 0 || n >= (int)sizeof(line)) {
		errno = EMSGSIZE;
		return -1;
	}
	return send_record(link, line, -1);
}

/* Make the result of handover_hear() from that of recvmsg(2). */
static int
finish(char line[HANDOVER_RECORD], ssize_t n)
{
	line[n > 0 ? n : 0] = '\0';
	if (n > 0)
		return 1;
	return n == -1 && errno == EAGAIN ? 0 : -1;
}

int
handover_hear(int link, char line[HANDOVER_RECORD])
{
	pid_t sender;
	ssize_t n;

	/* If the other master ends without having read everything, the first
	 * call reports ECONNRESET, and what it had sent comes after that
	 * (unix(7)). */
	do
		n = link_receive(link, line, HANDOVER_RECORD - 1, MSG_DONTWAIT,
		    &sender);
	while (n == -1 && errno == ECONNRESET);
	return finish(line, n);
}

/* The same, with the descriptor of the record, or -1, in *fd. */
static int
receive_record(int link, char line[HANDOVER_RECORD], int *fd)
{
	union control control;
	struct iovec iov = { .iov_base = line, .iov_len = HANDOVER_RECORD - 1 };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	struct cmsghdr *cmsg;
	ssize_t n;

	do
		n = recvmsg(link, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	while (n == -1 && (errno == ECONNRESET || errno == EINTR));
	cmsg = n > 0 ? CMSG_FIRSTHDR(&msg) : NULL;

	*fd = -1;
	if (cmsg != NULL && cmsg->cmsg_level == SOL_SOCKET &&
	    cmsg->cmsg_type == SCM_RIGHTS &&
	    cmsg->cmsg_len == CMSG_LEN(sizeof(*fd)))
		memcpy(fd, CMSG_DATA(cmsg), sizeof(*fd));
	return finish(line, n);
}

void
handover_value(const char *line, const char *key, char *value, size_t size)
{
	size_t n = strlen(key);
	const char *p = line;

	value[0] = '\0';
	while ((p = strchr(p, ' ')) != NULL) {
		p++;
		if (strncmp(p, key, n) != 0 || p[n] != '=')
			continue;
		p += n + 1;
		snprintf(value, size, "%.*s", (int)strcspn(p, " "), p);
		return;
	}
}

/* Whether this is the first word of the line. */
static bool
begins(const char *line, const char *word)
{
	size_t n = strlen(word);

	return strncmp(line, word, n) == 0 &&
	    (line[n] == '\0' || line[n] == ' ');
}

static int64_t
number(const char *line, const char *key)
{
	struct errbuf why;
	char value[32];
	int64_t n;

	handover_value(line, key, value, sizeof(value));
	return units_integer(value, 0, INT64_MAX, &n, &why) == 0 ? n : 0;
}

/*
 * The name of a socket unit may have blanks in it, so it comes last, and is the
 * rest of the line.
 */
static int
give_listener(int link, const char *word, const struct listener *l)
{
	char line[HANDOVER_RECORD], wanted[ADDR_TEXT];

	addr_text(&l->wanted, wanted, sizeof(wanted));
	snprintf(line, sizeof(line),
	    "%s wanted=%s origin=%s listed=%d stored=%d name=%s", word, wanted,
	    l->origin == LISTENER_INHERITED ? "inherited" : "own", l->listed,
	    l->stored, l->name);
	return send_record(link, line, l->fd);
}

/*
 * The same for a socket of the reporter, which may have come from a socket
 * unit.
 */
static int
give_endpoint(int link, const struct endpoint *e)
{
	struct listener l = { 0 };

	if (e->adopted)
		l = e->from;
	l.wanted = e->wanted;
	l.fd = e->fd;
	return give_listener(link, "metrics", &l);
}

int
handover_give(int link, const struct handover *h)
{
	if (handover_say(link, "echod %d version=%s pid=%ld", PROTOCOL,
		h->version, (long)h->pid) == -1)
		return -1;
	for (unsigned i = 0; i < h->listeners.count; i++)
		if (give_listener(link, "listener", &h->listeners.item[i]) ==
		    -1)
			return -1;
	for (unsigned i = 0; i < h->endpoints.count; i++)
		if (give_endpoint(link, &h->endpoints.item[i]) == -1)
			return -1;
	if (h->pidfile != -1 && send_record(link, "pidfile", h->pidfile) == -1)
		return -1;
	return handover_say(link, "end");
}

/*
 * Which address the configuration asks for, as it may have port 0.  Without a
 * valid one, it is the address that the socket has.
 */
static void
read_wanted(const char *line, struct listener *l)
{
	char text[ADDR_TEXT], host[ADDR_HOST], port[ADDR_PORT];
	struct errbuf why;
	int64_t n;

	handover_value(line, "wanted", text, sizeof(text));
	if (addr_split(text, host, port, &why) == -1 ||
	    units_integer(port, 0, UINT16_MAX, &n, &why) == -1 ||
	    addr_from_literal(&l->wanted, host, (uint16_t)n) == -1)
		l->wanted = l->bound;
}

/* False if the descriptor is no listener that we can use. */
static bool
take_listener(struct listener *l, const char *line, int fd)
{
	const char *name = strstr(line, " name=");
	char origin[16];

	handover_value(line, "origin", origin, sizeof(origin));
	*l = (struct listener){ .served = true,
		.origin = strcmp(origin, "inherited") == 0 ?
		    LISTENER_INHERITED :
		    LISTENER_HANDED,
		.listed = number(line, "listed") != 0,
		.stored = number(line, "stored") != 0 };
	if (fd == -1 || inherited_fault(fd, l->origin) != NULL ||
	    inherited_wrap(l, fd) == -1)
		return false;
	if (name != NULL)
		snprintf(l->name, sizeof(l->name), "%.*s",
		    (int)sizeof(l->name) - 1, name + 6);
	read_wanted(line, l);
	return true;
}

static bool
take_endpoint(struct endpoint *e, const char *line, int fd)
{
	struct listener l;

	if (!take_listener(&l, line, fd))
		return false;
	*e = (struct endpoint){ .wanted = l.wanted,
		.bound = l.bound,
		.fd = l.fd,
		.adopted = l.origin == LISTENER_INHERITED,
		.from = l };
	snprintf(e->text, sizeof(e->text), "%s", l.text);
	return true;
}

static void
take_record(struct handover *h, const char *line, int fd)
{
	struct listener_set *set = &h->listeners;
	struct endpoint_set *ends = &h->endpoints;
	bool used = false;

	if (begins(line, "listener") && set->count < CONFIG_ADDRESSES) {
		used = take_listener(&set->item[set->count], line, fd);
		set->count += used;
	} else if (begins(line, "metrics") && ends->count < CONFIG_METRICS) {
		used = take_endpoint(&ends->item[ends->count], line, fd);
		ends->count += used;
	} else if (begins(line, "pidfile") && h->pidfile == -1) {
		h->pidfile = fd;
		used = true;
	}
	if (!used && fd != -1)
		close(fd);
}

int
handover_take(int link, struct handover *h, struct errbuf *err)
{
	char line[HANDOVER_RECORD], hello[32];
	int fd;

	*h = (struct handover){ .pidfile = -1 };
	snprintf(hello, sizeof(hello), "echod %d", PROTOCOL);
	if (receive_record(link, line, &fd) != 1 || !begins(line, "echod"))
		return errbuf_set(err,
		    "ECHOD_HANDOVER is for an upgrade by a running echod "
		    "alone, and names no connection to one");
	if (!begins(line, hello))
		return errbuf_set(err,
		    "the running echod hands over in another way than this "
		    "version (\"%.40s\"); restart echod",
		    line);
	handover_value(line, "version", h->version, sizeof(h->version));
	h->pid = (pid_t)number(line, "pid");
	while (receive_record(link, line, &fd) == 1) {
		if (begins(line, "end"))
			return 0;
		take_record(h, line, fd);
	}
	return errbuf_set(err, "the running echod did not hand over all of it");
}

static int
fill(int fd, const struct snapshot *snapshot)
{
	/* Too large for a small stack. */
	static char text[WIRE_TEXT];
	size_t n = wire_write(snapshot, text, sizeof(text));

	return output_write(fd, text, n);
}

int
handover_say_snapshot(int link, const struct snapshot *snapshot)
{
	int fd = memfd_create("echod-snapshot", MFD_CLOEXEC), result, saved;

	if (fd == -1)
		return -1;
	result = fill(fd, snapshot);
	if (result == 0)
		result = send_record(link, "snapshot", fd);
	saved = errno;
	close(fd);
	errno = saved;
	return result;
}

/* False if it cannot be read. */
static bool
read_snapshot(int fd, struct snapshot *snapshot)
{
	/* Too large for a small stack. */
	static char text[WIRE_TEXT];
	struct errbuf why;
	ssize_t n = pread(fd, text, sizeof(text), 0);

	if (n > 0 &&
	    wire_read(snapshot, NULL, NULL, text, (size_t)n, &why) == 0)
		return true;
	log_notice("what the echod before this one has counted is lost");
	return false;
}

int
handover_listen(int link, char line[HANDOVER_RECORD], struct snapshot *snapshot,
    bool *counted)
{
	int fd, got = receive_record(link, line, &fd);

	*counted = got == 1 && begins(line, "snapshot") && fd != -1 &&
	    read_snapshot(fd, snapshot);
	if (fd != -1)
		close(fd);
	return got;
}
