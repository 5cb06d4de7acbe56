/* SPDX-License-Identifier: ISC */
#include "daemon/worker/echo.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "common/clock.h"
#include "common/net.h"

/* The descriptor that the signal handler may end; -1: there is none. */
static volatile sig_atomic_t serving = -1;
static volatile sig_atomic_t told = ECHO_OPEN;

/*
 * A recv(2) or send(2) that has begun returns with EINTR, and `told` is seen.
 * But a call that is just about to begin would wait in spite of it.  So the
 * time-outs of the socket are made short as well, and that call returns at
 * once.
 */
void
echo_interrupt(enum echo_end end)
{
	int saved = errno;

	if (serving != -1 && told == ECHO_OPEN) {
		told = (sig_atomic_t)end;
		(void)net_receive_timeout(serving, 1);
		(void)net_send_timeout(serving, 1);
	}
	errno = saved;
}

static enum echo_end
failure(struct echo *e)
{
	e->error = errno;
	switch (errno) {
	case ECONNRESET:
	case EPIPE:
	case ETIMEDOUT:
	case EHOSTUNREACH:
	case ENETUNREACH:
		return ECHO_RESET;
	default:
		return ECHO_ERROR;
	}
}

static void
count_sent(struct echo *e, size_t n)
{
	e->out += n;
	if (e->sent != NULL)
		e->sent(e, n);
}

/* Send the buffer from *done to n; ECHO_OPEN when the kernel has all of it. */
static enum echo_end
send_all(struct echo *e, size_t n, size_t *done)
{
	unsigned stalls = 0;
	int queued = INT_MAX, before;

	while (*done < n) {
		ssize_t sent = send(e->fd, e->buffer + *done, n - *done,
		    MSG_NOSIGNAL);

		if (sent >= 0) {
			*done += (size_t)sent;
			count_sent(e, (size_t)sent);
			stalls = 0;
			queued = INT_MAX;
		}
		if (told != ECHO_OPEN && *done < n)
			return (enum echo_end)told;
		if (sent == -1 && errno != EINTR && errno != EAGAIN)
			return failure(e);
		if (sent != -1 || errno != EAGAIN)
			continue;
		/* A peer may take bytes, but too few to make room for a send.
		 * It has not stalled then: bytes that it acknowledges count as
		 * well. */
		before = queued;
		queued = net_unacknowledged(e->fd);
		if (queued < before)
			stalls = 0;
		if (++stalls == ECHO_STALLS)
			return ECHO_SEND_TIMEOUT;
	}
	return ECHO_OPEN;
}

/*
 * We end the connection, not the client: send the rest of what was received,
 * half-close, and discard until the client has closed, too.  A close with input
 * unread would send a reset, which destroys what is still on its way to the
 * client (RFC 1122 section 4.2.2.13).
 */
static void
finish(struct echo *e, size_t n, size_t done)
{
	int64_t now, deadline = clock_ms() + ECHO_LINGER_MS;
	ssize_t got;

	/* This has its own deadlines: the signal handler has nothing to add. */
	serving = -1;
	(void)net_send_timeout(e->fd, ECHO_LINGER_MS);
	while (done < n && clock_ms() < deadline) {
		got = send(e->fd, e->buffer + done, n - done, MSG_NOSIGNAL);
		if (got == -1 && errno != EINTR)
			break;
		if (got > 0) {
			done += (size_t)got;
			count_sent(e, (size_t)got);
		}
	}
	if (shutdown(e->fd, SHUT_WR) == -1)
		return;
	deadline = clock_ms() + ECHO_LINGER_MS;
	while ((now = clock_ms()) < deadline) {
		(void)net_receive_timeout(e->fd, deadline - now);
		got = recv(e->fd, e->buffer, e->size, 0);
		if (got == 0 || (got == -1 && errno != EINTR))
			return;
	}
}

/*
 * After a signal recv(2) is called again, but the client's idle time goes on:
 * wait only for the rest of it.
 */
static void
resume_idle_time(const struct echo *e)
{
	int64_t left = e->idle_ms - net_since_received(e->fd);

	(void)net_receive_timeout(e->fd, left > 0 ? left : 1);
}

void
echo_begin(const struct echo *e)
{
	told = ECHO_OPEN;
	serving = e->fd;
}

enum echo_end
echo_serve(struct echo *e)
{
	enum echo_end end = ECHO_OPEN;
	size_t n = 0, done = 0;
	bool shortened = false;
	ssize_t got;

	while (end == ECHO_OPEN) {
		got = recv(e->fd, e->buffer, e->size, 0);
		if (got > 0) {
			n = (size_t)got;
			done = 0;
			e->in += n;
			if (shortened)
				(void)net_receive_timeout(e->fd, e->idle_ms);
			shortened = false;
			if (e->received != NULL)
				e->received(e, n);
			end = send_all(e, n, &done);
		} else if (got == 0) {
			end = ECHO_CLOSED;
		} else if (errno == EAGAIN && told == ECHO_OPEN) {
			end = ECHO_IDLE;
		} else if (errno == EINTR && e->idle_ms > 0) {
			shortened = true;
			resume_idle_time(e);
		} else if (errno != EINTR && errno != EAGAIN) {
			end = failure(e);
		}
		/* This comes last: the lines above may have undone what the
		 * handler did to the time-outs, and would wait. */
		if (end == ECHO_OPEN)
			end = (enum echo_end)told;
	}
	/* The peer takes nothing, so do not try to send the rest. */
	if (end == ECHO_SEND_TIMEOUT)
		done = n;
	if (end != ECHO_CLOSED && end != ECHO_RESET)
		finish(e, n, done);
	serving = -1;
	return end;
}

const char *
echo_end_name(enum echo_end end)
{
	static const char *const names[ECHO_ENDS] = { "open", "closed", "idle",
		"send-timeout", "reset", "lifetime", "drained", "error" };

	return names[end];
}
