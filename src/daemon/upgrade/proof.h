/* SPDX-License-Identifier: ISC */
/*
 * proof: before a new echod takes clients, one of its workers has to echo a
 * block of random bytes over a connection of the master's own.  So a program
 * that cannot serve, or that sends back something else, never meets a client.
 */
#ifndef ECHOD_PROOF_H
#define ECHOD_PROOF_H

#include <stddef.h>
#include <stdint.h>

#include "common/errbuf.h"
#include "daemon/pool/generation.h"

struct pool;

enum {
	PROOF_BYTES = 16384, /* less than a socket holds */
	PROOF_MS = 5000,
};

struct proof {
	int fd;	    /* our end of the connection; -1: there is none */
	int waiter; /* epoll */
	int64_t deadline_ms;
	size_t have; /* bytes that have come back */
	unsigned char sent[PROOF_BYTES];
	unsigned char back[PROOF_BYTES + 1]; /* and one that is too many */
	struct generation gen; /* the next one, with our client let in */
};

enum proof_outcome { PROOF_PENDING, PROOF_GOOD, PROOF_BAD };

/*
 * Have a worker of this generation serve a connection of our own, which does
 * not count in the totals of the pool.  -1 with the reason in err.
 */
int proof_start(struct proof *, struct pool *, const struct generation *,
    int waiter, int64_t now_ms, struct errbuf *);

/*
 * Read what has come back, without waiting.  If it is PROOF_BAD, the reason is
 * in err.
 */
enum proof_outcome proof_step(struct proof *, struct pool *, int64_t now_ms,
    struct errbuf *);

/* Close the connection. */
void proof_end(struct proof *);

#endif
