/* SPDX-License-Identifier: ISC */
#include "daemon/control/caller.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/errbuf.h"
#include "daemon/log/class.h"

void
caller_begin(struct caller *c, int fd, unsigned rights, int64_t now_ms)
{
	memset(c, 0, sizeof(*c));
	c->state = CALLER_ASKING;
	c->fd = fd;
	c->rights = rights;
	c->moved_ms = now_ms;
}

void
caller_end(struct caller *c)
{
	close(c->fd);
	free(c->answer);
	c->answer = NULL;
	c->room = c->used = c->sent = 0;
	c->state = CALLER_FREE;
}

static void
refuse(struct caller *c)
{
	(void)class_log(CLASS_CONTROL, LEVEL_NOTICE,
	    "control refused request=%s uid=%u pid=%ld", c->verb->name,
	    (unsigned)c->uid, (long)c->pid);
	caller_error(c, EX_NOPERM,
	    "this takes root or the user who runs echod");
}

/*
 * Take the first n bytes of the line as a request; `end` bytes more are its
 * newline.
 */
static void
take(struct caller *c, size_t n, size_t end)
{
	struct errbuf err;

	c->position = 0;
	c->verb = verb_read(c->line, n, &err);
	c->got -= n + end;
	memmove(c->line, c->line + n + end, c->got);
	if (c->verb == NULL)
		caller_error(c, EX_USAGE, err.text);
	else if ((c->rights & c->verb->right) == 0)
		refuse(c);
	else
		c->state = CALLER_ASKED;
}

/* Look for a complete request in what has come. */
static void
look(struct caller *c)
{
	const char *newline = memchr(c->line, '\n', c->got);

	c->state = CALLER_ASKING;
	if (newline != NULL) {
		take(c, (size_t)(newline - c->line), 1);
	} else if (c->eof && c->got > 0) {
		take(c, c->got, 0);
	} else if (c->eof) {
		c->state = CALLER_GONE;
	} else if (c->got == CALLER_LINE) {
		caller_error(c, EX_USAGE, "the request is too long");
		c->state = CALLER_LEAVING;
	}
}

void
caller_read(struct caller *c, int64_t now_ms)
{
	ssize_t n;

	if (c->state != CALLER_ASKING)
		return;
	n = recv(c->fd, c->line + c->got, CALLER_LINE - c->got, MSG_DONTWAIT);
	if (n == -1) {
		if (errno != EAGAIN && errno != EINTR)
			c->state = CALLER_GONE;
		return;
	}
	c->got += (size_t)n;
	c->eof = n == 0;
	look(c);
	if (c->state != CALLER_ASKING)
		c->moved_ms = now_ms;
}

/*
 * The answer has been sent, as far as it has been made: go to the next state.
 */
static void
sent_all(struct caller *c)
{
	free(c->answer);
	c->answer = NULL;
	c->room = c->used = c->sent = 0;
	c->answered = c->answered || c->state == CALLER_ANSWERING;
	if (c->state == CALLER_LEAVING)
		c->state = CALLER_GONE;
	else if (c->state == CALLER_ANSWERING)
		look(c);
}

void
caller_send(struct caller *c, int64_t now_ms)
{
	while (c->state != CALLER_GONE && c->sent < c->used) {
		ssize_t n = send(c->fd, c->answer + c->sent, c->used - c->sent,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n == -1 && errno == EAGAIN)
			return;
		if (n == -1 && errno != EINTR) {
			c->state = CALLER_GONE;
			return;
		}
		c->sent += n > 0 ? (size_t)n : 0;
		c->moved_ms = now_ms;
	}
	if (c->used > 0)
		sent_all(c);
}

bool
caller_asks(const struct caller *c)
{
	return c->state == CALLER_ASKED && c->used == 0;
}

/* Make room for n more bytes of the answer.  False if there can be none. */
static bool
make_room(struct caller *c, size_t n)
{
	size_t room = c->room;
	char *grown;

	while (room - c->used < n)
		room = room == 0 ? 1024 : 2 * room;
	if (room == c->room)
		return true;
	if (room > CALLER_ANSWER || (grown = realloc(c->answer, room)) == NULL)
		return false;
	c->answer = grown;
	c->room = room;
	return true;
}

void
caller_text(struct caller *c, const char *text, size_t n)
{
	if (c->state == CALLER_GONE || n == 0)
		return;
	if (n > CALLER_ANSWER || !make_room(c, n)) {
		c->state = CALLER_GONE;
		return;
	}
	memcpy(c->answer + c->used, text, n);
	c->used += n;
}

void
caller_line(struct caller *c, const char *fmt, ...)
{
	char line[2048];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	/* No line is that long, unless a path in it is. */
	if ((size_t)n > sizeof(line) - 2)
		n = (int)sizeof(line) - 2;
	line[n] = '\n';
	caller_text(c, line, (size_t)n + 1);
}

static void
finish(struct caller *c)
{
	if (c->state != CALLER_GONE)
		c->state = CALLER_ANSWERING;
}

void
caller_ok(struct caller *c)
{
	caller_line(c, "ok");
	finish(c);
}

void
caller_error(struct caller *c, int status, const char *text)
{
	caller_line(c, "error %d %s", status, text);
	finish(c);
}

void
caller_go_on(struct caller *c, uint64_t position)
{
	c->position = position;
}

void
caller_wait(struct caller *c, enum caller_event event, unsigned skip)
{
	c->awaits = event;
	c->skip = skip;
	c->state = CALLER_WAITING;
}

int64_t
caller_deadline(const struct caller *c)
{
	bool idle = c->state == CALLER_ASKING || c->sent < c->used;

	return c->state != CALLER_FREE && !c->adopted && idle ?
	    c->moved_ms + CALLER_PATIENCE_MS :
	    INT64_MAX;
}

bool
caller_gives_way(const struct caller *c)
{
	return caller_deadline(c) != INT64_MAX ||
	    (c->state == CALLER_ASKED && c->answered && !c->adopted);
}
