/* SPDX-License-Identifier: ISC */
/*
 * bench: a connection of a load whose server sends anything: each byte is
 * compared, the first difference is found where it is, and each message is
 * answered, lost or not sent, once.
 */
#include "peer.h"

#include "client/bench/connection.h"
#include "client/net/mismatch.h"
#include "client/net/pattern.h"

static struct peer peer;

static struct tally {
	unsigned put, echoed, lost, skipped;
	uint64_t bytes; /* of the echoed ones */
} tally;

static void
put(struct connection *c, struct bytes *in)
{
	uint32_t size = next(in) + 1u;

	/* As much as the peer can keep. */
	if (size > 250)
		size = next16(in) + 1u;
	if (tally.put < 60 &&
	    in_flight_put(&c->queue,
		&(struct message){ .number = tally.put, .size = size }))
		tally.put++;
}

/* Messages come back in order, and not before their last byte. */
static void
take(struct connection *c)
{
	struct message m;

	while (in_flight_take(&c->queue, &m)) {
		MUST(m.number == tally.echoed);
		tally.echoed++;
		tally.bytes += m.size;
		MUST(tally.bytes <= c->received);
	}
}

static enum fault
receive(struct connection *c)
{
	static unsigned char buffer[CONNECTION_BUFFER];
	struct mismatch mismatch = { .found = false };
	size_t equal, before = c->received;
	struct failure f;
	enum fault fault;
	ssize_t n;

	peer_drain(&peer);
	equal = peer_equal(&peer);
	fault = connection_receive(c, buffer, true, &n, &mismatch);
	if (fault == FAULT_MISMATCH) {
		MUST(mismatch.found && mismatch.offset == equal);
		MUST(c->received == equal);
		MUST(mismatch_failure(&mismatch, &f) == -1);
		MUST(f.outcome == OUTCOME_MISMATCH);
	} else if (n > 0) {
		MUST(!mismatch.found && c->received == before + (size_t)n);
		MUST(c->received <= equal);
	}
	take(c);
	return fault;
}

/* The connection is gone, and takes its messages with it. */
static void
lose(struct connection *c)
{
	struct message m;

	while (in_flight_lose(&c->queue, &m))
		MUST(m.number == tally.echoed + tally.lost++);
	while (in_flight_skip(&c->queue, &m))
		tally.skipped++;
	MUST(tally.put == tally.echoed + tally.lost + tally.skipped);
	MUST(c->queue.unsent == 0 && c->queue.unechoed == 0);
	MUST(c->queue.matched == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = { data, size };
	enum fault fault = FAULT_NONE;
	struct connection c;

	if (pattern_at(0)[0] == pattern_at(0)[1])
		pattern_init(1);
	tally = (struct tally){ 0 };
	connection_init(&c, 0, next(&in) % 4);
	c.fd = peer_open(&peer);
	c.state = CONNECTION_OPEN;
	c.tx = c.rx = pattern_start(next16(&in));
	while (in.left > 0 && fault == FAULT_NONE) {
		switch (next(&in) % 4) {
		case 0:
			put(&c, &in);
			break;
		case 1:
			/* What the server sent before its end is read. */
			(void)connection_send(&c, 1);
			break;
		case 2:
			peer_act(&peer, &in);
			break;
		default:
			fault = receive(&c);
		}
	}
	lose(&c);
	connection_close(&c, false, 2);
	in_flight_free(&c.queue);
	peer_close(&peer);
	return 0;
}
