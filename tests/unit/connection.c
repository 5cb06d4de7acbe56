/* SPDX-License-Identifier: ISC */
/*
 * connection: messages are sent and come back in order, however the sockets cut
 * them; each byte is compared, and none is lost sight of.
 */
#include "check.h"

#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "client/bench/connection.h"
#include "client/bench/counts.h"
#include "client/net/dial.h"
#include "client/net/mismatch.h"
#include "client/net/pattern.h"
#include "common/addr.h"

enum { PATIENCE_MS = 10000, PEER_BUFFER = 1 << 16 };

static struct rig {
	struct connection connection;
	struct mismatch mismatch;
	struct addr at;
	int listener, peer;
	unsigned char buffer[CONNECTION_BUFFER]; /* of the connection */
	unsigned char bytes[PEER_BUFFER];	 /* of the other end */
} rig;

static const struct origin anywhere;

static void
await(int fd, short events)
{
	struct pollfd one = { .fd = fd, .events = events };

	assert_int_equal(poll(&one, 1, PATIENCE_MS), 1);
}

static void
resize(int fd, int which, int bytes)
{
	if (bytes > 0)
		assert_int_equal(setsockopt(fd, SOL_SOCKET, which, &bytes,
				     sizeof(bytes)),
		    0);
}

static int
rig_up(void **state)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	socklen_t len = sizeof(sin);

	(void)state;
	memset(&rig, 0, sizeof(rig));
	rig.peer = -1;
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	rig.listener = socket(AF_INET, SOCK_STREAM, 0);
	if (rig.listener == -1 ||
	    bind(rig.listener, (struct sockaddr *)&sin, sizeof(sin)) == -1 ||
	    listen(rig.listener, 1) == -1 ||
	    getsockname(rig.listener, (struct sockaddr *)&sin, &len) == -1)
		return -1;
	addr_from_sockaddr(&rig.at, (struct sockaddr *)&sin, len);
	connection_init(&rig.connection, 5, 0);
	return 0;
}

static int
rig_down(void **state)
{
	(void)state;
	connection_close(&rig.connection, true, 0);
	in_flight_free(&rig.connection.queue);
	if (rig.peer != -1)
		close(rig.peer);
	close(rig.listener);
	return 0;
}

/* Connect as that stream; with sizes above 0 for the buffers between. */
static void
connect_as(uint64_t stream, int buffers)
{
	struct connection *c = &rig.connection;
	bool connected = false;

	if (rig.peer != -1)
		close(rig.peer);
	resize(rig.listener, SO_RCVBUF, buffers);
	assert_int_equal(connection_connect(c, &rig.at, &anywhere, false,
			     stream, 11, &connected),
	    FAULT_NONE);
	assert_int_equal(c->state, CONNECTION_CONNECTING);
	assert_int_equal(c->since, 11);
	rig.peer = accept(rig.listener, NULL, NULL);
	assert_return_code(rig.peer, errno);
	assert_return_code(fcntl(rig.peer, F_SETFL, O_NONBLOCK), errno);
	if (!connected)
		await(c->fd, POLLOUT);
	assert_int_equal(dial_outcome(c->fd), 0);
	resize(c->fd, SO_SNDBUF, buffers);
	c->state = CONNECTION_OPEN;
}

/* Let the other end read at most n bytes; returns how many there were. */
static size_t
peer_reads(size_t n)
{
	ssize_t got = recv(rig.peer, rig.bytes,
	    n < sizeof(rig.bytes) ? n : sizeof(rig.bytes), 0);

	if (got == -1) {
		assert_int_equal(errno, EAGAIN);
		return 0;
	}
	return (size_t)got;
}

static void
peer_sends(const void *bytes, size_t n)
{
	const unsigned char *from = bytes;

	while (n > 0) {
		ssize_t sent = send(rig.peer, from, n, MSG_NOSIGNAL);

		if (sent == -1) {
			assert_int_equal(errno, EAGAIN);
			await(rig.peer, POLLOUT);
			continue;
		}
		from += sent;
		n -= (size_t)sent;
	}
}

static enum fault
receive(bool verify)
{
	ssize_t n;
	enum fault fault;

	await(rig.connection.fd, POLLIN);
	fault = connection_receive(&rig.connection, rig.buffer, verify, &n,
	    &rig.mismatch);
	if (fault == FAULT_ENDED)
		assert_int_equal(n, 0);
	return fault;
}

/* Echo up to n bytes, and have the connection take them in. */
static size_t
echo(size_t n)
{
	uint64_t before = rig.connection.received;

	n = peer_reads(n);
	peer_sends(rig.bytes, n);
	while (rig.connection.received < before + n)
		assert_int_equal(receive(true), FAULT_NONE);
	return n;
}

static bool
put(int64_t due, uint32_t size, bool measured)
{
	return in_flight_put(&rig.connection.queue,
	    &(struct message){ .due = due,
		.size = size,
		.part = measured ? PART_WINDOW : PART_WARMUP });
}

/* The oldest message came back, and it is that one. */
static void
take(int64_t due, uint32_t size)
{
	struct message m = { 0 };

	CHECK(in_flight_take(&rig.connection.queue, &m), "due %" PRId64, due);
	CHECK(m.due == due, "due %" PRId64 ": %" PRId64, due, m.due);
	CHECK(m.size == size, "due %" PRId64 ": %" PRIu32, due, m.size);
}

static void
take_none(void)
{
	struct message m = { 0 };

	assert_false(in_flight_take(&rig.connection.queue, &m));
}

/* So many sizes, and what comes back in pieces of `piece` bytes. */
static void
go_around(const uint32_t *sizes, unsigned count, size_t piece)
{
	struct connection *c = &rig.connection;
	uint64_t total = 0, begin = c->received;
	unsigned taken = 0;
	struct message m = { 0 };

	for (unsigned i = 0; i < count; i++) {
		CHECK(put(100 + i, sizes[i], i % 2 == 0), "%u", i);
		total += sizes[i];
	}
	assert_int_equal(c->queue.count, count);
	assert_int_equal(c->queue.unsent, total);
	for (int64_t now = 1000; taken < count; now++) {
		assert_int_equal(connection_send(c, now), FAULT_NONE);
		if (echo(piece) == 0)
			await(rig.peer, POLLIN);
		while (in_flight_take(&c->queue, &m)) {
			CHECK(m.due == 100 + taken, "%u", taken);
			CHECK(m.size == sizes[taken], "%u", taken);
			CHECK((m.part == PART_WINDOW) == (taken % 2 == 0), "%u",
			    taken);
			CHECK(m.sent >= 1000 && m.sent <= now, "%u", taken);
			taken++;
		}
	}
	assert_int_equal(c->received - begin, total);
	assert_int_equal(c->queue.unsent, 0);
	assert_int_equal(c->queue.unechoed, 0);
	assert_int_equal(c->queue.matched, 0);
	assert_int_equal(c->queue.count, 0);
	assert_int_equal(c->queue.begun, 0);
	assert_false(rig.mismatch.found);
}

static void
echoes_in_pieces(void **state)
{
	static const uint32_t sizes[] = { 1, 64, 1, 1000, PATTERN_LENGTH,
		PATTERN_RUN, PATTERN_RUN + 1, 3, 200000, 64 };
	static const size_t pieces[] = { PEER_BUFFER, 4096, 1009 };

	(void)state;
	connect_as(3, 0);
	for (size_t i = 0; i < COUNT(pieces); i++)
		go_around(sizes, COUNT(sizes), pieces[i]);
	/* Byte by byte, what is not so large. */
	go_around(sizes, 4, 1);
}

static void
little_room(void **state)
{
	static const uint32_t sizes[] = { 100000, 1, 300000, 20, 100000 };

	(void)state;
	connect_as(70000, 16384);
	go_around(sizes, COUNT(sizes), 3000);
	go_around(sizes, COUNT(sizes), PEER_BUFFER);
}

/* A message begins with its first byte, and has the time of that. */
static void
partial_sends(void **state)
{
	struct connection *c = &rig.connection;
	uint64_t gone;

	(void)state;
	connect_as(1, 4096);
	assert_true(put(1, 1 << 20, true));
	assert_true(put(2, 10, true));
	assert_int_equal(c->queue.begun, 0);
	assert_int_equal(connection_send(c, 50), FAULT_NONE);
	assert_int_equal(c->queue.begun, 1);
	assert_int_equal(in_flight_at(&c->queue, 0)->sent, 50);
	assert_int_equal(in_flight_at(&c->queue, 1)->sent, 0);
	gone = c->queue.unechoed;
	assert_true(gone > 0 && gone < 1 << 20);
	assert_int_equal(c->queue.unsent, (1 << 20) + 10 - gone);

	/* Still no room: nothing changes. */
	assert_int_equal(connection_send(c, 60), FAULT_NONE);
	assert_int_equal(c->queue.unsent + c->queue.unechoed, (1 << 20) + 10);
	assert_int_equal(in_flight_at(&c->queue, 0)->sent, 50);
	take_none();
	for (int64_t now = 61; c->queue.unsent > 0; now++) {
		if (echo(PEER_BUFFER) == 0)
			await(rig.peer, POLLIN);
		assert_int_equal(connection_send(c, now), FAULT_NONE);
	}
	assert_int_equal(c->queue.begun, 2);
	assert_int_equal(in_flight_at(&c->queue, 0)->sent, 50);
	assert_true(in_flight_at(&c->queue, 1)->sent > 60);
	while (c->queue.unechoed > 0)
		if (echo(PEER_BUFFER) == 0)
			await(rig.peer, POLLIN);
	take(1, 1 << 20);
	take(2, 10);
	take_none();
}

static void
pipelined(void **state)
{
	enum { MESSAGES = 3000, SIZE = 10 };
	struct connection *c = &rig.connection;
	unsigned taken = 0;

	(void)state;
	connect_as(2, 0);
	for (unsigned i = 0; i < MESSAGES; i++)
		assert_true(put(i, SIZE, true));
	assert_int_equal(connection_send(c, 1), FAULT_NONE);
	assert_int_equal(c->queue.begun, MESSAGES);
	assert_int_equal(c->served, MESSAGES);
	assert_int_equal(in_flight_at(&c->queue, MESSAGES - 1)->due,
	    MESSAGES - 1);
	assert_null(in_flight_at(&c->queue, MESSAGES));
	/* As many as have come back whole, and no more. */
	for (size_t bytes = 0; bytes < MESSAGES * SIZE;) {
		size_t n = echo(1 + bytes % 37);

		if (n == 0)
			await(rig.peer, POLLIN);
		bytes += n;
		for (; taken < bytes / SIZE; taken++)
			take(taken, SIZE);
		take_none();
	}
	assert_int_equal(taken, MESSAGES);
}

/* What was put while others came back stays in its order. */
static void
puts_between(void **state)
{
	struct connection *c = &rig.connection;
	uint32_t seed = 17;
	int64_t added = 0, taken = 0;
	uint32_t sizes[4096];

	(void)state;
	connect_as(9, 0);
	while (taken < (int64_t)COUNT(sizes)) {
		struct message m = { 0 };

		for (unsigned n = check_random(&seed) % 40;
		     n > 0 && added < (int64_t)COUNT(sizes); n--) {
			sizes[added] = 1 + check_random(&seed) % 700;
			assert_true(put(added, sizes[added], true));
			added++;
		}
		assert_int_equal(connection_send(c, added), FAULT_NONE);
		echo(1 + check_random(&seed) % 9000);
		for (; in_flight_take(&c->queue, &m); taken++)
			CHECK(m.due == taken && m.size == sizes[taken],
			    "message %" PRId64, taken);
		assert_int_equal(c->queue.count, added - taken);
	}
}

/* Some messages are lost with the connection, others are sent on the next. */
static void
forfeits(void **state)
{
	struct connection *c = &rig.connection;
	struct message m = { 0 };

	(void)state;
	connect_as(1, 4096);
	assert_true(put(1, 10, true));
	assert_true(put(2, 1 << 20, false));
	assert_true(put(3, 30, true));
	assert_true(put(4, 4000, true));
	assert_int_equal(connection_send(c, 70), FAULT_NONE);
	assert_int_equal(c->queue.begun, 2);
	/* Half of the first one comes back; that does not help it. */
	assert_int_equal(echo(5), 5);
	take_none();
	connection_close(c, true, 80);
	assert_int_equal(c->state, CONNECTION_DOWN);
	assert_int_equal(c->fd, -1);
	assert_int_equal(c->since, 80);

	assert_true(in_flight_lose(&c->queue, &m));
	assert_int_equal(m.due, 1);
	assert_int_equal(m.part, PART_WINDOW);
	assert_int_equal(m.sent, 70);
	assert_true(in_flight_lose(&c->queue, &m));
	assert_int_equal(m.due, 2);
	assert_int_equal(m.part, PART_WARMUP);
	assert_false(in_flight_lose(&c->queue, &m));
	assert_int_equal(c->queue.count, 2);
	assert_int_equal(c->queue.unsent, 4030);
	assert_int_equal(in_flight_at(&c->queue, 0)->due, 3);
	assert_int_equal(in_flight_at(&c->queue, 0)->sent, 0);

	/* A new stream, in step from its first byte. */
	connect_as(2, 0);
	assert_int_equal(c->served, 0);
	assert_int_equal(c->received, 0);
	assert_int_equal(connection_send(c, 90), FAULT_NONE);
	assert_int_equal(c->served, 2);
	await(rig.peer, POLLIN);
	while (c->queue.unechoed > 0)
		echo(PEER_BUFFER);
	assert_memory_equal(rig.bytes, pattern_at(pattern_start(2)), 30);
	take(3, 30);
	take(4, 4000);
	assert_int_equal(c->queue.unsent, 0);
}

static void
forfeits_whole_messages(void **state)
{
	struct connection *c = &rig.connection;
	struct message m = { 0 };

	(void)state;
	connect_as(1, 0);
	for (int i = 0; i < 3; i++)
		assert_true(put(i, 100, true));
	assert_int_equal(connection_send(c, 1), FAULT_NONE);
	assert_true(put(3, 100, true));
	await(rig.peer, POLLIN);
	assert_int_equal(echo(150), 150);
	take(0, 100);
	connection_close(c, false, 1);
	for (int i = 1; i < 3; i++) {
		assert_true(in_flight_lose(&c->queue, &m));
		assert_int_equal(m.due, i);
	}
	assert_false(in_flight_lose(&c->queue, &m));
	assert_int_equal(c->queue.unsent, 100);
	assert_int_equal(c->queue.matched, 0);
}

static void
skips_and_drops(void **state)
{
	struct connection *c = &rig.connection;
	struct message m = { 0 };

	(void)state;
	assert_false(in_flight_skip(&c->queue, &m));
	assert_int_equal(in_flight_drop(&c->queue), 0);
	for (int i = 0; i < 3; i++)
		assert_true(put(i, 7, true));
	assert_true(in_flight_skip(&c->queue, &m));
	assert_int_equal(m.due, 0);
	assert_int_equal(c->queue.count, 2);
	assert_int_equal(c->queue.unsent, 14);

	/* Not those that have begun. */
	connect_as(1, 4096);
	assert_true(put(3, 1 << 20, true));
	assert_true(put(4, 9, true));
	assert_int_equal(connection_send(c, 1), FAULT_NONE);
	assert_int_equal(c->queue.begun, 3);
	assert_false(in_flight_skip(&c->queue, &m));
	assert_int_equal(in_flight_drop(&c->queue), 1);
	assert_int_equal(c->queue.count, 3);
	assert_int_equal(c->queue.unsent + c->queue.unechoed, 14 + (1 << 20));
	for (int i = 1; i < 4; i++) {
		assert_true(in_flight_lose(&c->queue, &m));
		assert_int_equal(m.due, i);
	}
	assert_int_equal(c->queue.unsent, 0);
	assert_int_equal(c->queue.count, 0);
}

/* Send five messages of 100 bytes, and let them arrive. */
static void
five_hundred_bytes(void)
{
	size_t n = 0;

	connect_as(4, 0);
	memset(&rig.mismatch, 0, sizeof(rig.mismatch));
	for (int i = 0; i < 5; i++)
		assert_true(put(i, 100, true));
	assert_int_equal(connection_send(&rig.connection, 1), FAULT_NONE);
	while (n < 500) {
		await(rig.peer, POLLIN);
		n += peer_reads(500 - n);
	}
	memcpy(rig.bytes, pattern_at(pattern_start(4)), 500);
}

static void
no_more(void)
{
	struct message m = { 0 };

	connection_close(&rig.connection, true, 1);
	while (in_flight_lose(&rig.connection.queue, &m))
		continue;
}

static void
each_byte_is_compared(void **state)
{
	static const size_t places[] = { 0, 1, 99, 100, 250, 499 };

	(void)state;
	for (size_t i = 0; i < COUNT(places); i++) {
		size_t at = places[i];
		const struct mismatch *m = &rig.mismatch;

		five_hundred_bytes();
		rig.bytes[at] ^= 0x40;
		/* It may come in pieces of its own. */
		peer_sends(rig.bytes, 60);
		while (rig.connection.received < 60 && !m->found)
			CHECK(receive(true) ==
				(at < 60 ? FAULT_MISMATCH : FAULT_NONE),
			    "byte %zu", at);
		if (!m->found) {
			enum fault fault = FAULT_NONE;

			peer_sends(rig.bytes + 60, 440);
			while (fault == FAULT_NONE &&
			    rig.connection.received < 500)
				fault = receive(true);
			CHECK(fault == FAULT_MISMATCH, "byte %zu", at);
		}
		CHECK(m->found && m->offset == at, "byte %zu: %" PRIu64, at,
		    m->offset);
		CHECK(m->expected[at - m->shown] ==
			(m->received[at - m->shown] ^ 0x40),
		    "byte %zu", at);
		/* What came before it counts. */
		CHECK(rig.connection.received == at, "byte %zu", at);
		for (size_t n = 0; n < at / 100; n++)
			take((int64_t)n, 100);
		take_none();
		no_more();
	}
}

static void
who_does_not_look_does_not_see(void **state)
{
	(void)state;
	five_hundred_bytes();
	rig.bytes[123] ^= 1;
	peer_sends(rig.bytes, 500);
	while (rig.connection.received < 500)
		assert_int_equal(receive(false), FAULT_NONE);
	assert_false(rig.mismatch.found);
	for (int i = 0; i < 5; i++)
		take(i, 100);
}

/* Bytes that were never sent, as the stream would go on. */
static void
extra_bytes(void **state)
{
	static const size_t extras[] = { 1, 100, 4000 };

	(void)state;
	for (size_t i = 0; i < COUNT(extras); i++) {
		enum fault fault = FAULT_NONE;

		five_hundred_bytes();
		memcpy(rig.bytes, pattern_at(pattern_start(4)),
		    500 + extras[i]);
		peer_sends(rig.bytes, 500 + extras[i]);
		while (fault == FAULT_NONE && rig.connection.received <= 500)
			fault = receive(true);
		CHECK(fault == FAULT_MISMATCH, "%zu more", extras[i]);
		CHECK(rig.mismatch.offset == 500, "%zu more", extras[i]);
		CHECK(rig.connection.received == 500, "%zu more", extras[i]);
		for (int n = 0; n < 5; n++)
			take(n, 100);
		take_none();
		no_more();
	}
}

static void
another_stream_is_another(void **state)
{
	(void)state;
	five_hundred_bytes();
	memcpy(rig.bytes, pattern_at(pattern_start(5)), 500);
	peer_sends(rig.bytes, 500);
	assert_int_equal(receive(true), FAULT_MISMATCH);
	assert_true(rig.mismatch.offset < 8);
}

static void
ends_and_resets(void **state)
{
	const struct linger linger = { .l_onoff = 1, .l_linger = 0 };

	(void)state;
	five_hundred_bytes();
	peer_sends(rig.bytes, 150);
	assert_int_equal(shutdown(rig.peer, SHUT_WR), 0);
	while (rig.connection.received < 150)
		assert_int_equal(receive(true), FAULT_NONE);
	assert_int_equal(receive(true), FAULT_ENDED);
	take(0, 100);
	take_none();
	no_more();

	five_hundred_bytes();
	assert_int_equal(setsockopt(rig.peer, SOL_SOCKET, SO_LINGER, &linger,
			     sizeof(linger)),
	    0);
	close(rig.peer);
	rig.peer = -1;
	assert_int_equal(receive(true), FAULT_RESET);
	assert_true(put(9, 10, true));
	assert_int_equal(connection_send(&rig.connection, 2), FAULT_RESET);
	no_more();
}

static void
says_its_end(void **state)
{
	struct connection *c = &rig.connection;
	ssize_t n;

	(void)state;
	five_hundred_bytes();
	/* Nothing there yet is no fault. */
	assert_int_equal(connection_receive(c, rig.buffer, true, &n,
			     &rig.mismatch),
	    FAULT_NONE);
	connection_finish(c, 33);
	assert_int_equal(c->state, CONNECTION_CLOSING);
	assert_int_equal(c->since, 33);
	await(rig.peer, POLLIN);
	assert_int_equal(recv(rig.peer, rig.buffer, 1, 0), 0);
	/* It still listens. */
	peer_sends(rig.bytes, 500);
	while (c->received < 500)
		assert_int_equal(receive(true), FAULT_NONE);
	close(rig.peer);
	rig.peer = -1;
	assert_int_equal(receive(true), FAULT_ENDED);
	connection_close(c, false, 44);
	assert_int_equal(c->since, 44);
	connection_close(c, true, 45); /* once more does no harm */
}

static void
is_refused(void **state)
{
	bool connected = false;
	enum fault fault;

	(void)state;
	close(rig.listener);
	rig.listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(rig.listener, &rig.at.sa, rig.at.len), 0);
	fault = connection_connect(&rig.connection, &rig.at, &anywhere, false,
	    1, 1, &connected);
	if (fault == FAULT_NONE) {
		assert_false(connected);
		await(rig.connection.fd, POLLOUT);
		fault = fault_of_errno(dial_outcome(rig.connection.fd));
	}
	assert_int_equal(fault, FAULT_REFUSED);
}

static void
there_is_a_bound(void **state)
{
	struct connection *c = &rig.connection;

	(void)state;
	for (unsigned i = 0; i < IN_FLIGHT_MAX; i++)
		CHECK(put(i, 1, true), "%u", i);
	assert_false(put(IN_FLIGHT_MAX, 1, true));
	assert_int_equal(c->queue.count, IN_FLIGHT_MAX);
	assert_int_equal(c->queue.unsent, IN_FLIGHT_MAX);
	assert_int_equal(in_flight_at(&c->queue, IN_FLIGHT_MAX - 1)->due,
	    IN_FLIGHT_MAX - 1);
	assert_int_equal(in_flight_drop(&c->queue), IN_FLIGHT_MAX);
	assert_int_equal(c->queue.unsent, 0);
	assert_true(put(1, 1, true));
}

/* Each connection carries so many, and no more waits for it than is put. */
static void
carries_so_many(void **state)
{
	struct connection *c = &rig.connection;
	size_t n = 0;

	(void)state;
	connection_init(c, 5, 2);
	assert_int_equal(connection_sendable(c), 0);
	assert_false(connection_is_used_up(c));
	connect_as(1, 0);
	assert_true(put(1, 10, true));
	assert_int_equal(connection_sendable(c), 10);
	assert_false(connection_is_used_up(c));
	assert_true(put(2, 200, true));
	assert_int_equal(connection_sendable(c), 210);
	assert_true(connection_is_used_up(c));
	/* What is one too many stays. */
	assert_true(put(3, 3000, true));
	assert_true(put(4, 40000, true));
	assert_int_equal(connection_sendable(c), 210);
	assert_int_equal(connection_send(c, 9), FAULT_NONE);
	assert_int_equal(c->queue.begun, 2);
	assert_int_equal(c->served, 2);
	assert_int_equal(c->queue.unsent, 43000);
	assert_int_equal(connection_sendable(c), 0);
	assert_true(connection_is_used_up(c));
	/* Also when all of them have come back. */
	while (n < 210) {
		await(rig.peer, POLLIN);
		n += echo(PEER_BUFFER);
	}
	take(1, 10);
	take(2, 200);
	assert_int_equal(connection_send(c, 10), FAULT_NONE);
	assert_int_equal(c->queue.begun, 0);
	assert_int_equal(connection_sendable(c), 0);
	assert_true(connection_is_used_up(c));
	assert_int_equal(peer_reads(PEER_BUFFER), 0);

	/* The next connection has room for them. */
	connection_close(c, false, 11);
	connect_as(2, 0);
	assert_int_equal(connection_sendable(c), 43000);
	assert_true(connection_is_used_up(c));
	for (n = 0; n < 43000; n += echo(PEER_BUFFER)) {
		assert_int_equal(connection_send(c, 12), FAULT_NONE);
		await(rig.peer, POLLIN);
	}
	take(3, 3000);
	take(4, 40000);
	assert_true(connection_is_used_up(c));
	/* What it was not made for does not count. */
	c->served = 0;
	assert_int_equal(c->served, 0);
	assert_false(connection_is_used_up(c));
	assert_true(put(5, 5, true));
	assert_int_equal(connection_sendable(c), 5);
}

/* A message that has begun goes on, and nothing behind it begins. */
static void
goes_on_with_the_last(void **state)
{
	struct connection *c = &rig.connection;
	size_t n = 0;

	(void)state;
	connection_init(c, 5, 1);
	connect_as(1, 4096);
	assert_true(put(1, 1 << 20, true));
	assert_true(put(2, 10, true));
	assert_true(
	    connection_sendable(c) > 0 && connection_sendable(c) <= 1 << 20);
	assert_int_equal(connection_send(c, 50), FAULT_NONE);
	assert_int_equal(c->queue.begun, 1);
	assert_true(c->queue.unechoed < 1 << 20);
	assert_int_equal(connection_sendable(c), (1 << 20) - c->queue.unechoed);
	while (n < 1 << 20) {
		await(rig.peer, POLLIN);
		n += echo(PEER_BUFFER);
		assert_int_equal(connection_send(c, 60), FAULT_NONE);
		assert_int_equal(c->queue.begun, 1);
	}
	take(1, 1 << 20);
	assert_int_equal(c->queue.unsent, 10);
	assert_int_equal(connection_sendable(c), 0);
	/* Lost with the connection, none of them is. */
	connection_close(c, true, 70);
	connect_as(2, 0);
	assert_int_equal(connection_sendable(c), 10);
}

/* 0 is no bound. */
static void
carries_any_number(void **state)
{
	struct connection *c = &rig.connection;

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		assert_true(put(i, 1 << 20, true));
		assert_int_equal(connection_sendable(c),
		    (uint64_t)(i + 1) << 20);
		assert_false(connection_is_used_up(c));
	}
}

static int
fill_pattern(void **state)
{
	(void)state;
	pattern_init(1);
	return 0;
}

#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, rig_up, rig_down)

int
main(void)
{
	const struct CMUnitTest units[] = {
		TEST(echoes_in_pieces),
		TEST(little_room),
		TEST(partial_sends),
		TEST(pipelined),
		TEST(puts_between),
		TEST(forfeits),
		TEST(forfeits_whole_messages),
		TEST(skips_and_drops),
		TEST(each_byte_is_compared),
		TEST(who_does_not_look_does_not_see),
		TEST(extra_bytes),
		TEST(another_stream_is_another),
		TEST(ends_and_resets),
		TEST(says_its_end),
		TEST(is_refused),
		TEST(there_is_a_bound),
		TEST(carries_so_many),
		TEST(goes_on_with_the_last),
		TEST(carries_any_number),
	};

	return cmocka_run_group_tests(units, fill_pattern, NULL);
}
