/* SPDX-License-Identifier: ISC */
/*
 * peer: a server at the other end of a pair of sockets, which the input tells
 * what to send back: the bytes it got, others, too many, or none; and in what
 * pieces, and when to close.
 */
#ifndef ECHOD_FUZZ_PEER_H
#define ECHOD_FUZZ_PEER_H

#include "fuzz.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PEER_BYTES = 1 << 18 };

struct peer {
	int fd; /* -1: closed */
	bool shut;
	size_t wired, sent; /* bytes of the two arrays */
	size_t equal;  /* that are the same in both, from the first one on */
	size_t echoed; /* of the wire, the bytes that it has dealt with */
	uint8_t wire[PEER_BYTES]; /* what the client sent */
	uint8_t back[PEER_BYTES]; /* what came back */
};

/* Connected sockets, one of which is returned for the client. */
static inline int
peer_open(struct peer *p)
{
	int fd[2];

	MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
		 fd) == 0);
	p->fd = fd[1];
	p->shut = false;
	p->wired = p->sent = p->equal = p->echoed = 0;
	return fd[0];
}

/* Read at most n bytes of what the client has sent. */
static inline void
peer_read(struct peer *p, size_t n)
{
	ssize_t got;

	if (p->fd == -1)
		return;
	if (n > PEER_BYTES - p->wired)
		n = PEER_BYTES - p->wired;
	got = recv(p->fd, p->wire + p->wired, n, 0);
	if (got > 0)
		p->wired += (size_t)got;
}

/* Read all. */
static inline void
peer_drain(struct peer *p)
{
	size_t before;

	do {
		before = p->wired;
		peer_read(p, PEER_BYTES);
	} while (p->wired > before);
}

static inline void
peer_send(struct peer *p, const uint8_t *bytes, size_t n)
{
	ssize_t sent;

	if (p->fd == -1 || p->shut)
		return;
	if (n > PEER_BYTES - p->sent)
		n = PEER_BYTES - p->sent;
	sent = n > 0 ? send(p->fd, bytes, n, MSG_NOSIGNAL) : 0;
	if (sent > 0) {
		memcpy(p->back + p->sent, bytes, (size_t)sent);
		p->sent += (size_t)sent;
	}
}

/* What the client has sent is read before, so that all of it is known. */
static inline void
peer_close(struct peer *p)
{
	peer_drain(p);
	if (p->fd != -1)
		close(p->fd);
	p->fd = -1;
}

/* Echo n bytes, of which the first one is changed by `lie`. */
static inline void
peer_echo(struct peer *p, size_t n, uint8_t lie)
{
	size_t before = p->sent;
	uint8_t first;

	if (n > p->wired - p->echoed)
		n = p->wired - p->echoed;
	if (n == 0)
		return;
	first = p->wire[p->echoed] ^ lie;
	if (lie != 0)
		peer_send(p, &first, 1);
	else
		peer_send(p, p->wire + p->echoed, n);
	p->echoed += p->sent - before;
}

/* Do what the input says. */
static inline void
peer_act(struct peer *p, struct bytes *in)
{
	uint8_t act = next(in);
	size_t n = act < 128 ? next(in) + 1u : next16(in) + 1u;

	switch (act % 16) {
	case 0:
	case 1:
	case 2:
		peer_read(p, n);
		break;
	case 3:
		peer_echo(p, n, next(in));
		break;
	case 4: /* these bytes, which nobody has sent */
		if (n > in->left)
			n = in->left;
		peer_send(p, in->at, n);
		in->at += n;
		in->left -= n;
		break;
	case 5: /* leave some out */
		p->echoed += n < p->wired - p->echoed ? n :
							p->wired - p->echoed;
		break;
	case 6: /* the same once more */
		p->echoed -= n < p->echoed ? n : p->echoed;
		break;
	case 7:
		if (n == 1) {
			peer_close(p);
		} else if (n == 2 && p->fd != -1) {
			shutdown(p->fd, SHUT_WR);
			p->shut = true;
		}
		break;
	default:
		peer_echo(p, n, 0);
	}
}

/* The number of bytes, from the first one on, that came back as they were sent. */
static inline size_t
peer_equal(struct peer *p)
{
	while (p->equal < p->sent && p->equal < p->wired &&
	    p->wire[p->equal] == p->back[p->equal])
		p->equal++;
	return p->equal;
}

#endif
