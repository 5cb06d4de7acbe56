/* SPDX-License-Identifier: ISC */
#include "client/send/stream.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/core/failure.h"
#include "client/core/signals.h"
#include "client/net/pattern.h"
#include "common/clock.h"

/* The state of the event loop. */
struct loop {
	int64_t moved;	 /* when a byte came, or the wait for one began */
	int64_t asked;	 /* when poll(2) was called last */
	bool unsendable; /* send(2) fails, but there may be bytes to read */
	bool waits_for_output;
	bool ended;
	unsigned char buffer[STREAM_READ];
};

static size_t
least(uint64_t a, uint64_t b)
{
	return (size_t)(a < b ? a : b);
}

/* The bytes of the window from an offset on, up to n or the end of the ring. */
static unsigned char *
side_by_side(const struct stream *s, uint64_t offset, uint64_t *n)
{
	size_t at = offset % STREAM_WINDOW;

	*n = least(*n, STREAM_WINDOW - at);
	return s->window + at;
}

static int
fill(struct stream *s, struct failure *f)
{
	uint64_t room = STREAM_WINDOW - (s->read - s->got);
	unsigned char *to = side_by_side(s, s->read, &room);
	ssize_t n;

	if (s->input == -1) {
		n = (ssize_t)least(room, s->length - s->read);
		if (n > 0)
			memcpy(to, s->message + s->read, (size_t)n);
	} else {
		n = read(s->input, to, (size_t)room);
		if (n == -1 && (errno == EAGAIN || errno == EINTR))
			return 0;
		if (n == -1)
			return failure_sys(f, OUTCOME_USAGE,
			    "%s cannot be read", s->input_name);
	}
	s->read += (uint64_t)n;
	s->input_over = s->input == -1 ? s->read == s->length : n == 0;
	return 0;
}

static void
send_some(struct stream *s, struct loop *loop)
{
	/* No byte is awaited before this one. */
	bool idle = s->got == s->sent;
	uint64_t left;
	ssize_t n = 0;

	while ((left = s->read - s->sent) > 0 && !loop->unsendable) {
		const unsigned char *from = side_by_side(s, s->sent, &left);

		n = send(s->fd, from, (size_t)left, MSG_NOSIGNAL);
		if (n == -1)
			break;
		s->sent += (uint64_t)n;
		if (idle)
			loop->moved = clock_ns();
	}
	if (n == -1 && errno != EAGAIN && errno != EINTR)
		loop->unsendable = true;
	if (s->input_over && s->sent == s->read && s->half_close && !s->shut) {
		shutdown(s->fd, SHUT_WR);
		s->shut = true;
		loop->moved = clock_ns();
	}
}

/* Compare n bytes with the window; returns how many of them are equal. */
static size_t
compare(struct stream *s, const unsigned char *bytes, size_t n)
{
	size_t done = 0;

	while (done < n) {
		uint64_t piece = least(n - done, s->sent - (s->got + done));
		const unsigned char *expected = side_by_side(s, s->got + done,
		    &piece);
		size_t same = pattern_difference(expected, bytes + done,
		    (size_t)piece);

		if (same == piece && piece > 0) {
			done += same;
			continue;
		}
		mismatch_note(&s->mismatch, s->got + done, same, expected,
		    (size_t)piece, bytes + done, n - done);
		return done + same;
	}
	return done;
}

static int
receive_some(struct stream *s, struct loop *loop, struct failure *f)
{
	size_t most = s->output >= 0 ? PIPE_BUF : STREAM_READ;
	size_t equal;
	ssize_t n;

	/* A transcript reads no more than was sent, or else the end. */
	if (s->show_all && !(loop->unsendable && s->sent == s->got))
		most = least(most, s->sent - s->got);
	n = recv(s->fd, loop->buffer, most, 0);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n == -1)
		return failure_sys(f, OUTCOME_ENDED,
		    "%" PRIu64 " of %" PRIu64 " bytes came back", s->got,
		    s->read);
	loop->ended = n == 0;
	loop->moved = clock_ns();
	if (n == 0)
		return 0;
	if (s->first_ns == 0)
		s->first_ns = loop->moved;
	equal = compare(s, loop->buffer, (size_t)n);
	if (!s->mismatch.found || s->equal == s->got)
		s->equal += equal;
	s->got += (uint64_t)n;
	if (!s->show_all)
		n = (ssize_t)equal;
	return n == 0 || s->received == NULL ?
	    0 :
	    s->received(s->context, loop->buffer, (size_t)n, f);
}

static bool
awaits_something(const struct stream *s)
{
	return s->got < s->read || s->shut;
}

/*
 * The server is not late while our output is full or nothing is in flight, nor
 * before our last poll(2), as we may have been stopped since.
 */
static bool
is_late(const struct stream *s, const struct loop *loop)
{
	if (s->ends_ns != 0 && loop->asked >= s->ends_ns)
		return true;
	return awaits_something(s) && !loop->waits_for_output &&
	    loop->asked - loop->moved >= s->timeout_ns;
}

/* Whether the run is over: 1 it succeeded, -1 it failed, 0 not yet. */
static int
judge(const struct stream *s, const struct loop *loop, struct failure *f)
{
	bool complete = s->input_over && s->got == s->read;

	if (s->mismatch.found && (!s->show_all || complete || loop->ended))
		return mismatch_failure(&s->mismatch, f);
	if (complete && (!s->half_close || loop->ended))
		return 1;
	if (loop->ended)
		return failure_set(f, OUTCOME_ENDED,
		    "connection ended early: %" PRIu64 " of %" PRIu64
		    " bytes came back",
		    s->got, s->read);
	if (!is_late(s, loop))
		return 0;
	if (complete)
		return failure_set(f, OUTCOME_TIMEOUT,
		    "time-out: all %" PRIu64
		    " bytes came back, but not the end",
		    s->got);
	return failure_set(f, OUTCOME_TIMEOUT,
	    "time-out: %" PRIu64 " of %" PRIu64 " bytes came back", s->got,
	    s->read);
}

/* Sleep until something can be done, and set revents in fds. */
static void
sleep_until_ready(const struct stream *s, struct loop *loop,
    struct pollfd fds[4])
{
	bool reads = !loop->waits_for_output &&
	    (!s->show_all || s->sent > s->got || loop->unsendable);
	bool writes = s->sent < s->read && !loop->unsendable;
	bool has_room = s->read - s->got < STREAM_WINDOW;
	int64_t now = loop->asked = clock_ns();
	int64_t left = s->timeout_ns - (now - loop->moved);
	int64_t whole = s->ends_ns != 0 ? s->ends_ns - now : INT64_MAX;
	int ms = -1;

	fds[0] = (struct pollfd){ .fd = s->fd,
		.events = (short)((reads ? POLLIN : 0) |
		    (writes ? POLLOUT : 0)) };
	/* poll(2) reports errors even then; they can wait. */
	if (fds[0].events == 0)
		fds[0].fd = -1;
	fds[1] = (struct pollfd){ .fd = s->input_over || !has_room ? -1 :
								     s->input,
		.events = POLLIN };
	fds[2] = (struct pollfd){ .fd = loop->waits_for_output ? s->output : -1,
		.events = POLLOUT };
	fds[3] = (struct pollfd){ .fd = signals_fd(), .events = POLLIN };
	if (!awaits_something(s) || loop->waits_for_output || whole < left)
		left = whole;
	if (s->turned != NULL && left > STREAM_TURN_NS)
		left = STREAM_TURN_NS;
	if (left != INT64_MAX)
		ms = left > 0 ? (int)(left / 1000000) + 1 : 0;
	if (poll(fds, 4, ms) == -1)
		for (int i = 0; i < 4; i++)
			fds[i].revents = 0;
}

static bool
output_is_ready(const struct stream *s)
{
	struct pollfd out = { .fd = s->output, .events = POLLOUT };

	return s->output < 0 || poll(&out, 1, 0) != 0;
}

static int
run(struct stream *s, struct loop *loop, struct failure *f)
{
	struct pollfd fds[4];
	int over;

	for (;;) {
		if (!s->input_over && s->input == -1)
			fill(s, f);
		send_some(s, loop);
		over = judge(s, loop, f);
		if (over != 0)
			return over > 0 ? 0 : -1;
		sleep_until_ready(s, loop, fds);
		if (s->turned != NULL)
			s->turned(s->context, s->got, loop->asked);
		if (fds[3].revents != 0 && signals_stopped())
			return failure_set(f, OUTCOME_INTERRUPTED,
			    "%s: %" PRIu64 " of %" PRIu64 " bytes came back",
			    signals_words(), s->got, s->read);
		if (fds[2].revents != 0) {
			loop->waits_for_output = false;
			loop->moved = clock_ns();
		}
		if (fds[1].revents != 0) {
			if (!awaits_something(s))
				loop->moved = clock_ns();
			if (fill(s, f) == -1)
				return -1;
		}
		if ((fds[0].revents & ~POLLOUT) == 0)
			continue;
		loop->waits_for_output = !output_is_ready(s);
		if (!loop->waits_for_output && receive_some(s, loop, f) == -1)
			return -1;
	}
}

int
stream_run(struct stream *s, struct failure *f)
{
	struct loop *loop = calloc(1, sizeof(*loop));
	int result = -1;

	s->window = malloc(STREAM_WINDOW);
	if (loop == NULL || s->window == NULL) {
		failure_sys(f, OUTCOME_LIMIT, "memory for the window");
	} else {
		s->begun_ns = loop->moved = loop->asked = clock_ns();
		result = run(s, loop, f);
	}
	/* A difference is worse than any other failure. */
	if (s->mismatch.found)
		result = mismatch_failure(&s->mismatch, f);
	s->ended_ns = clock_ns();
	free(s->window);
	free(loop);
	s->window = NULL;
	return result;
}
