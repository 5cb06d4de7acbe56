/* SPDX-License-Identifier: ISC */
/*
 * probes: whatever way the bytes of an echo come, each probe gets one answer,
 * and that is the right one.
 */
#include "check.h"

#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include "client/net/dial.h"
#include "client/net/pattern.h"
#include "client/options.h"
#include "client/ping/probes.h"
#include "common/addr.h"
#include "common/clock.h"

#define MS INT64_C(1000000)
#define SECOND (1000 * MS)
/* Nothing here takes that long. */
#define EVER (3600 * SECOND)

enum { ANSWERS = 4096, PATIENCE_MS = 10000 };

/* A connection, the other end of it, and what was told. */
static struct rig {
	struct probes probes;
	int peer;
	unsigned count;
	struct answer answer[ANSWERS];
	unsigned endings;
	struct ending ending; /* the last one */
	unsigned char *bytes; /* that came to the other end */
	size_t length, room;
} rig;

static const struct origin anywhere;

static void
note(void *context, const struct answer *answer)
{
	struct rig *r = context;

	assert_true(r->count < ANSWERS);
	r->answer[r->count++] = *answer;
}

static void
note_ending(void *context, const struct ending *ending)
{
	struct rig *r = context;

	r->endings++;
	r->ending = *ending;
}

static const struct probes_user user = { note, note_ending, &rig };

static int
listener(struct addr *at, int backlog)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	socklen_t len = sizeof(sin);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_return_code(fd, errno);
	assert_int_equal(bind(fd, (struct sockaddr *)&sin, sizeof(sin)), 0);
	if (backlog >= 0)
		assert_int_equal(listen(fd, backlog), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&sin, &len), 0);
	addr_from_sockaddr(at, (struct sockaddr *)&sin, len);
	return fd;
}

static void
non_blocking(int fd)
{
	assert_return_code(fcntl(fd, F_SETFL, O_NONBLOCK), errno);
}

static void
no_delay(int fd)
{
	int on = 1;

	assert_return_code(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on,
			       sizeof(on)),
	    errno);
}

/* Both ends of a connection over the loopback interface. */
static void
rig_up(uint32_t size)
{
	struct addr at;
	int fd = listener(&at, 1);
	int sock = socket(AF_INET, SOCK_STREAM, 0);

	assert_return_code(sock, errno);
	assert_int_equal(connect(sock, &at.sa, at.len), 0);
	rig.peer = accept(fd, NULL, NULL);
	assert_return_code(rig.peer, errno);
	close(fd);
	non_blocking(sock);
	non_blocking(rig.peer);
	/* As dial has it; or each end waits for the other's acknowledgement. */
	no_delay(sock);
	no_delay(rig.peer);
	probes_init(&rig.probes, size, &user);
	probes_adopt(&rig.probes, sock, 77);
}

static int
rig_empty(void **state)
{
	(void)state;
	memset(&rig, 0, sizeof(rig));
	rig.peer = -1;
	probes_init(&rig.probes, 1, &user);
	return 0;
}

static int
rig_down(void **state)
{
	(void)state;
	probes_close(&rig.probes, FAULT_OTHER);
	if (rig.peer != -1)
		close(rig.peer);
	free(rig.bytes);
	return 0;
}

/* Let the connection do what it can, once; false when nothing comes in time. */
static bool
turn(short more_events, int timeout_ms)
{
	struct pollfd fds[PROBES_POLLS];
	struct dialled c;
	unsigned n = probes_poll(&rig.probes, fds);

	if (n > 0)
		fds[0].events |= more_events;
	if (poll(fds, n, timeout_ms) <= 0)
		return false;
	if (probes_work(&rig.probes, fds, 0, &c))
		probes_send(&rig.probes);
	return true;
}

/* Begin to connect to that address, or to these in turn. */
static enum fault
begin(const struct addr *at, unsigned count, const struct addr *first)
{
	const struct options opt = { .eyeballs_ns = 250 * MS,
		.timeout_ns = SECOND };
	struct target t = { .count = count };

	memcpy(t.address, at, count * sizeof(*at));
	return probes_connect(&rig.probes, &t, first, &anywhere, &opt);
}

/* Let it do what these events of its connection call for. */
static void
work(short revents, int64_t late_ns)
{
	struct pollfd fd = { .revents = revents };

	probes_work(&rig.probes, &fd, late_ns, NULL);
}

/* Until there are so many answers. */
static void
await(unsigned count)
{
	while (rig.count < count)
		CHECK(turn(0, PATIENCE_MS), "answer %u of %u", rig.count,
		    count);
	assert_int_equal(rig.count, count);
}

static void
add(uint64_t first, uint64_t last, int64_t due)
{
	for (uint64_t seq = first; seq <= last; seq++)
		assert_true(probes_add(&rig.probes, seq, due, 0));
	probes_send(&rig.probes);
}

/* Read at the other end until that many bytes have come in all. */
static void
take(size_t length)
{
	if (rig.room < length) {
		rig.room = length;
		rig.bytes = realloc(rig.bytes, length);
		assert_non_null(rig.bytes);
	}
	while (rig.length < length) {
		struct pollfd fds[] = {
			{ .fd = rig.peer, .events = POLLIN },
			{ .fd = rig.probes.fd,
			    .events = rig.probes.queue.unsent > 0 ? POLLOUT :
								    0 },
		};
		ssize_t n;

		if (rig.probes.state == PROBES_CONNECTING)
			assert_true(turn(0, PATIENCE_MS));

		CHECK(poll(fds, 2, PATIENCE_MS) > 0, "%zu of %zu", rig.length,
		    length);
		if (fds[1].revents != 0)
			work(fds[1].revents, 0);
		n = recv(rig.peer, rig.bytes + rig.length, length - rig.length,
		    0);
		CHECK(n > 0 || (n == -1 && errno == EAGAIN), "%s",
		    strerror(errno));
		rig.length += n > 0 ? (size_t)n : 0;
	}
}

/* Send back from the other end, while the connection reads as it likes. */
static void
give(const unsigned char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t n = send(rig.peer, bytes, length, MSG_NOSIGNAL);

		if (n > 0) {
			bytes += n;
			length -= (size_t)n;
			continue;
		}
		assert_int_equal(errno, EAGAIN);
		assert_true(turn(0, PATIENCE_MS));
	}
}

static void
check_reply(unsigned i, uint64_t seq)
{
	const struct answer *a = &rig.answer[i];

	CHECK(a->fault == FAULT_NONE, "%u: %s", i, fault_name(a->fault));
	CHECK(a->seq == seq, "%u: %" PRIu64, i, a->seq);
	CHECK(a->time_ns >= 0, "%u: %" PRId64, i, a->time_ns);
	CHECK(a->connect_ns == 77, "%u: %" PRId64, i, a->connect_ns);
}

static void
check_loss(unsigned i, uint64_t seq, enum fault fault)
{
	const struct answer *a = &rig.answer[i];

	CHECK(i < rig.count, "%u of %u", i, rig.count);
	CHECK(a->fault == fault, "%u: %s", i, fault_name(a->fault));
	CHECK(a->seq == seq, "%u: %" PRIu64, i, a->seq);
}

/* Small and large ones go as they are, and come back in whatever pieces. */
static void
echoes_come_in_pieces(void **state)
{
	static const uint32_t sizes[] = { 1, 2, 7, 8, 9, 56, 4096, 65521, 65536,
		70000, 1 << 20 };
	static const size_t pieces[] = { 1, 3, 55, 56, 57, 1000, 65536,
		3 << 20 };

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++)
		for (size_t k = 0; k < COUNT(pieces); k++) {
			size_t all = 3 * (size_t)sizes[i], piece;

			/* One byte at a time is for small ones. */
			if (pieces[k] < 1000 && sizes[i] > 4096)
				continue;
			rig_empty(NULL);
			rig_up(sizes[i]);
			add(1, 3, clock_ns());
			take(all);
			assert_int_equal(probes_waiting(&rig.probes), 3);
			for (size_t at = 0; at < all; at += piece) {
				piece = all - at < pieces[k] ? all - at :
							       pieces[k];
				give(rig.bytes + at, piece);
				await((unsigned)((at + piece) / sizes[i]));
			}
			for (unsigned n = 0; n < 3; n++) {
				check_reply(n, n + 1);
				assert_false(rig.answer[n].late);
			}
			assert_int_equal(probes_waiting(&rig.probes), 0);
			assert_int_equal(rig.probes.state, PROBES_UP);
			rig_down(NULL);
		}
	rig_empty(NULL);
}

/* What goes is the number, where there is room, and then bytes that differ. */
static void
probes_carry_their_number(void **state)
{
	static const uint64_t seqs[] = { 1, 255, 256, 65536, UINT64_C(1) << 40,
		UINT64_C(0x0102030405060708) };

	(void)state;
	rig_up(20);
	for (size_t i = 0; i < COUNT(seqs); i++) {
		const unsigned char *probe;

		add(seqs[i], seqs[i], clock_ns());
		take(20 * (i + 1));
		probe = rig.bytes + 20 * i;
		for (unsigned n = 0; n < 8; n++)
			CHECK(probe[n] ==
				(unsigned char)(seqs[i] >> 8 * (7 - n)),
			    "%" PRIu64 ", byte %u", seqs[i], n);
		if (i > 0)
			CHECK(memcmp(probe + 8, probe - 12, 12) != 0,
			    "%" PRIu64, seqs[i]);
	}
}

/* One bit anywhere: that byte is named, and nothing is trusted after it. */
static void
each_byte_is_compared(void **state)
{
	(void)state;
	for (uint32_t at = 0; at < 3 * 20; at++) {
		uint64_t seq = at / 20 + 1;

		rig_empty(NULL);
		rig_up(20);
		add(1, 4, clock_ns());
		take(4 * 20);
		rig.bytes[at] ^= 1;
		give(rig.bytes, 4 * 20);
		await(4);
		for (unsigned i = 0; i + 1 < seq; i++)
			check_reply(i, i + 1);
		check_loss((unsigned)seq - 1, seq, FAULT_MISMATCH);
		CHECK(rig.answer[seq - 1].at == at % 20, "%u: %u", at,
		    rig.answer[seq - 1].at);
		/* Of those after it nobody knows whether they differ. */
		for (unsigned i = (unsigned)seq; i < 4; i++)
			CHECK(rig.answer[i].fault != FAULT_NONE &&
				rig.answer[i].fault != FAULT_MISMATCH &&
				rig.answer[i].seq == i + 1,
			    "%u: %s", at, fault_name(rig.answer[i].fault));
		assert_int_equal(rig.probes.state, PROBES_DOWN);
		assert_int_equal(rig.probes.fd, -1);
		rig_down(NULL);
	}
	rig_empty(NULL);
}

/* Also where it is one of many pieces of 64 KiB. */
static void
large_probes_are_compared(void **state)
{
	static const uint32_t places[] = { 0, 7, 8, 65535, 65536, 65521, 131072,
		(1 << 20) - 1 };

	(void)state;
	for (size_t i = 0; i < COUNT(places); i++) {
		rig_empty(NULL);
		rig_up(1 << 20);
		add(1, 1, clock_ns());
		take(1 << 20);
		rig.bytes[places[i]] ^= 0x80;
		give(rig.bytes, places[i] + 1);
		await(1);
		check_loss(0, 1, FAULT_MISMATCH);
		CHECK(rig.answer[0].at == places[i], "%u: %u", places[i],
		    rig.answer[0].at);
		rig_down(NULL);
	}
	rig_empty(NULL);
}

/* A byte less, a probe twice, two that changed places. */
static void
order_is_compared(void **state)
{
	unsigned char bytes[60];

	(void)state;
	rig_up(20);
	add(1, 3, clock_ns());
	take(60);
	memcpy(bytes, rig.bytes, 25);
	memcpy(bytes + 25, rig.bytes + 26, 34);
	give(bytes, 59);
	await(3);
	check_reply(0, 1);
	check_loss(1, 2, FAULT_MISMATCH);
	assert_true(rig.answer[1].at >= 5 && rig.answer[1].at < 10);
	rig_down(NULL);

	rig_empty(NULL);
	rig_up(20);
	add(1, 3, clock_ns());
	take(60);
	give(rig.bytes, 20);
	give(rig.bytes, 20);
	await(3);
	check_reply(0, 1);
	check_loss(1, 2, FAULT_MISMATCH);
	assert_int_equal(rig.answer[1].at, 7);
	rig_down(NULL);

	rig_empty(NULL);
	rig_up(20);
	add(1, 2, clock_ns());
	take(40);
	give(rig.bytes + 20, 20);
	await(2);
	check_loss(0, 1, FAULT_MISMATCH);
	assert_int_equal(rig.answer[0].at, 7);
}

/* Bytes that arrive while nothing is in flight belong to no probe. */
static void
extra_bytes_are_none(void **state)
{
	(void)state;
	rig_up(20);
	add(1, 1, clock_ns());
	take(20);
	give(rig.bytes, 20);
	await(1);
	check_reply(0, 1);
	give((const unsigned char *)"x", 1);
	await(2);
	check_loss(1, 0, FAULT_MISMATCH);
	assert_int_equal(rig.probes.state, PROBES_DOWN);
	rig_down(NULL);

	/* In one piece with the echo. */
	rig_empty(NULL);
	rig_up(19);
	add(1, 1, clock_ns());
	take(19);
	rig.bytes = realloc(rig.bytes, 20);
	assert_non_null(rig.bytes);
	rig.bytes[19] = 'x';
	give(rig.bytes, 20);
	await(2);
	check_reply(0, 1);
	check_loss(1, 0, FAULT_MISMATCH);
}

/* Bytes that have not been sent yet cannot be an echo, even if they match. */
static void
echo_before_the_probe(void **state)
{
	unsigned char probe[20];
	unsigned char both[40];
	struct pollfd fd = { .events = POLLIN };
	int64_t end;

	(void)state;
	/* What the second one will be. */
	rig_up(20);
	add(1, 2, clock_ns());
	take(40);
	memcpy(probe, rig.bytes + 20, 20);
	rig_down(NULL);

	rig_empty(NULL);
	rig_up(20);
	add(1, 1, clock_ns());
	take(20);
	assert_true(probes_add(&rig.probes, 2, clock_ns(), 0));
	give(rig.bytes, 20);
	give(probe, 20);
	/* Both are there before the second one may go. */
	end = clock_ns() + PATIENCE_MS * MS;
	while (recv(rig.probes.fd, both, sizeof(both), MSG_PEEK) < 40)
		assert_true(clock_ns() < end && poll(&fd, 0, 1) == 0);
	work(POLLIN, 0);
	assert_int_equal(rig.count, 2);
	check_reply(0, 1);
	check_loss(1, 2, FAULT_MISMATCH);
	assert_int_equal(rig.answer[1].at, 0);
}

static void
late_echoes_stay_in_step(void **state)
{
	int64_t now, due = clock_ns();

	(void)state;
	rig_up(20);
	assert_true(probes_next(&rig.probes, SECOND) == INT64_MAX);
	add(1, 3, due);
	take(60);
	now = clock_ns();
	/* Not yet. */
	probes_expire(&rig.probes, now, EVER);
	assert_int_equal(rig.count, 0);
	assert_true(probes_next(&rig.probes, SECOND) >= due + SECOND);
	assert_true(probes_next(&rig.probes, SECOND) <= now + SECOND);
	assert_int_equal(probes_oldest(&rig.probes), 1);
	/* All of them, and each only once. */
	probes_expire(&rig.probes, now + EVER, EVER);
	assert_int_equal(rig.count, 3);
	for (unsigned i = 0; i < 3; i++)
		check_loss(i, i + 1, FAULT_TIMEOUT);
	probes_expire(&rig.probes, now + 2 * EVER, EVER);
	assert_int_equal(rig.count, 3);
	assert_int_equal(probes_waiting(&rig.probes), 0);
	assert_int_equal(probes_oldest(&rig.probes), 0);
	assert_true(probes_next(&rig.probes, SECOND) == INT64_MAX);

	/* A new one is not late; the old ones are, whenever they come. */
	add(4, 4, clock_ns());
	take(80);
	assert_int_equal(probes_waiting(&rig.probes), 1);
	assert_int_equal(probes_oldest(&rig.probes), 4);
	give(rig.bytes, 30);
	await(4);
	give(rig.bytes + 30, 50);
	await(7);
	for (unsigned i = 3; i < 7; i++) {
		check_reply(i, i - 2);
		CHECK(rig.answer[i].late == (i < 6), "%u", i);
	}
	assert_int_equal(rig.probes.state, PROBES_UP);

	/* A late one that differs is told, and was lost already. */
	add(5, 6, clock_ns());
	take(120);
	probes_expire(&rig.probes, clock_ns() + EVER, EVER);
	assert_int_equal(rig.count, 9);
	rig.bytes[85] ^= 1;
	give(rig.bytes + 80, 40);
	await(10);
	check_loss(9, 5, FAULT_MISMATCH);
	assert_true(rig.answer[9].late);
	assert_int_equal(rig.answer[9].at, 5);
	assert_int_equal(rig.probes.state, PROBES_DOWN);
}

/* The time is that since the send; if the socket was full, since it was ready. */
static void
time_counts_from(void **state)
{
	int64_t began, ended;

	(void)state;
	rig_up(20);
	rig.probes.up_since -= SECOND;
	began = clock_ns();
	add(1, 1, began);
	add(2, 2, began - 500 * MS);
	take(40);
	give(rig.bytes, 40);
	await(2);
	ended = clock_ns();
	assert_true(rig.answer[0].time_ns > 0);
	assert_true(rig.answer[0].time_ns <= ended - began);
	assert_true(rig.answer[1].time_ns >= 500 * MS);
	assert_true(rig.answer[1].time_ns <= ended - began + 500 * MS);
}

/* What this client was late with says so, by the most that it was. */
static void
late_client_is_told(void **state)
{
	static const int64_t late[] = { 0, 3 * MS, 70 * MS };

	(void)state;
	rig_up(20);
	for (unsigned i = 0; i < 3; i++)
		assert_true(
		    probes_add(&rig.probes, i + 1, clock_ns(), late[i]));
	probes_blame(&rig.probes, 7 * MS);
	probes_send(&rig.probes);
	take(60);
	give(rig.bytes, 20);
	await(1);
	give(rig.bytes + 20, 40);
	while (rig.count < 3)
		work(POLLIN, 20 * MS);
	assert_true(rig.answer[0].late_ns == 7 * MS);
	assert_true(rig.answer[1].late_ns == 20 * MS);
	assert_true(rig.answer[2].late_ns == 70 * MS);
}

/* The handshake is part of no round trip. */
static void
handshakes_are_apart(void **state)
{
	struct addr at;
	int fd = listener(&at, 8);
	int64_t sent;

	(void)state;
	probes_init(&rig.probes, 20, &user);
	assert_int_equal(begin(&at, 1, NULL), FAULT_NONE);
	/* As if it had begun long ago. */
	rig.probes.race.begun[0] -= 500 * MS;
	assert_true(probes_add(&rig.probes, 1, clock_ns() - 500 * MS, 0));
	rig.peer = accept(fd, NULL, NULL);
	assert_return_code(rig.peer, errno);
	non_blocking(rig.peer);
	sent = clock_ns();
	take(20);
	give(rig.bytes, 20);
	await(1);
	sent = clock_ns() - sent;
	assert_true(rig.answer[0].connect_ns >= 500 * MS);
	assert_true(rig.answer[0].time_ns <= sent);
	close(fd);
}

/* The server closes: all probes in flight are lost, also after a partial echo. */
static void
ends(void **state)
{
	(void)state;
	rig_up(20);
	add(1, 3, clock_ns());
	take(60);
	give(rig.bytes, 30);
	close(rig.peer);
	rig.peer = -1;
	await(3);
	check_reply(0, 1);
	check_loss(1, 2, FAULT_ENDED);
	check_loss(2, 3, FAULT_ENDED);
	assert_int_equal(rig.endings, 1);
	assert_int_equal(rig.ending.fault, FAULT_ENDED);
	assert_int_equal(rig.ending.waiting, 2);
	assert_true(rig.ending.age_ns >= rig.ending.idle_ns);
	assert_int_equal(rig.probes.state, PROBES_DOWN);
	assert_int_equal(rig.probes.fd, -1);
	assert_int_equal(probes_waiting(&rig.probes), 0);
}

static void
resets(void **state)
{
	(void)state;
	rig_up(20);
	add(1, 2, clock_ns());
	take(20);
	dial_hang_up(rig.peer);
	rig.peer = -1;
	await(2);
	check_loss(0, 1, FAULT_RESET);
	check_loss(1, 2, FAULT_RESET);
	assert_int_equal(rig.endings, 1);
	assert_int_equal(rig.ending.fault, FAULT_RESET);
	assert_int_equal(rig.probes.state, PROBES_DOWN);
}

/* A close while nothing is in flight loses no probe, but the connection. */
static void
ends_idle(void **state)
{
	(void)state;
	rig_up(20);
	rig.probes.up_since -= 2 * SECOND;
	add(1, 1, clock_ns());
	take(20);
	give(rig.bytes, 20);
	await(1);
	rig.probes.heard -= SECOND;
	close(rig.peer);
	rig.peer = -1;
	while (rig.probes.state != PROBES_DOWN)
		assert_true(turn(0, PATIENCE_MS));
	assert_int_equal(rig.count, 1);
	assert_int_equal(rig.endings, 1);
	assert_int_equal(rig.ending.waiting, 0);
	assert_true(rig.ending.idle_ns >= SECOND);
	assert_true(rig.ending.age_ns >= 2 * SECOND);

	/* Our own end is none. */
	rig_down(NULL);
	rig_empty(NULL);
	rig_up(20);
	add(1, 1, clock_ns());
	probes_close(&rig.probes, FAULT_UNANSWERED);
	assert_int_equal(rig.endings, 0);
}

/* It was silent until the probe whose answer is a reset. */
static void
silence_ends_with_a_probe(void **state)
{
	(void)state;
	rig_up(20);
	rig.probes.heard -= SECOND;
	add(1, 1, clock_ns());
	take(20);
	in_flight_at(&rig.probes.queue, 0)->sent -= SECOND / 4;
	dial_hang_up(rig.peer);
	rig.peer = -1;
	await(1);
	assert_int_equal(rig.endings, 1);
	assert_true(rig.ending.idle_ns >= SECOND / 2);
	assert_true(rig.ending.idle_ns <= rig.ending.age_ns + SECOND * 3 / 4);
}

static void
connects(void **state)
{
	struct addr at;
	int fd = listener(&at, 8);
	int64_t connect_ns;

	(void)state;
	probes_init(&rig.probes, 20, &user);
	for (uint64_t round = 0; round < 3; round++) {
		uint64_t seq = 2 * round + 1;

		assert_int_equal(begin(&at, 1, NULL), FAULT_NONE);
		/* They go as soon as it is up. */
		assert_true(probes_add(&rig.probes, seq, clock_ns(), 0));
		assert_true(probes_add(&rig.probes, seq + 1, clock_ns(), 0));
		rig.peer = accept(fd, NULL, NULL);
		assert_return_code(rig.peer, errno);
		non_blocking(rig.peer);
		while (rig.probes.state != PROBES_UP)
			assert_true(turn(0, PATIENCE_MS));
		connect_ns = rig.probes.connect_ns;
		assert_true(connect_ns > 0);
		rig.length = 0;
		take(40);
		give(rig.bytes, 40);
		await(2 * (unsigned)round + 2);
		assert_true(rig.answer[seq - 1].seq == seq);
		assert_true(rig.answer[seq].seq == seq + 1);
		assert_true(rig.answer[seq].fault == FAULT_NONE);
		assert_true(rig.answer[seq].connect_ns == connect_ns);
		probes_close(&rig.probes, FAULT_NONE);
		assert_int_equal(rig.count, seq + 1);
		close(rig.peer);
		rig.peer = -1;
	}
	close(fd);
}

static void
is_refused(void **state)
{
	struct addr at;
	int fd = listener(&at, -1);
	enum fault fault;

	(void)state;
	probes_init(&rig.probes, 20, &user);
	fault = begin(&at, 1, NULL);
	if (fault == FAULT_NONE) {
		assert_true(probes_add(&rig.probes, 1, clock_ns(), 0));
		assert_true(probes_add(&rig.probes, 2, clock_ns(), 0));
		await(2);
		check_loss(0, 1, FAULT_REFUSED);
		check_loss(1, 2, FAULT_REFUSED);
	} else {
		assert_int_equal(fault, FAULT_REFUSED);
	}
	assert_int_equal(rig.probes.state, PROBES_DOWN);
	assert_int_equal(rig.probes.fd, -1);
	close(fd);
}

/* Two addresses of one port: if the first one fails, the other one is tried. */
static void
other_address_is_tried(void **state)
{
	struct addr at[2];
	int fd = listener(&at[1], 8), fds[2];

	(void)state;
	at[0] = at[1];
	at[0].in.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 0x4d0300);
	for (unsigned round = 0; round < 2; round++) {
		/* The first one is not there, or the second one goes before. */
		assert_int_equal(begin(at, 2, round > 0 ? &at[1] : NULL),
		    FAULT_NONE);
		assert_true(probes_add(&rig.probes, round + 1, clock_ns(), 0));
		while (rig.probes.state != PROBES_UP)
			assert_true(turn(0, PATIENCE_MS));
		assert_true(rig.probes.race.tried == 2 - round);
		fds[round] = accept(fd, NULL, NULL);
		assert_return_code(fds[round], errno);
		probes_close(&rig.probes, FAULT_ENDED);
		close(fds[round]);
	}
	/* All have to fail. */
	at[1].in.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 0x4d0301);
	rig.count = 0;
	if (begin(at, 2, NULL) == FAULT_NONE) {
		assert_true(probes_add(&rig.probes, 9, clock_ns(), 0));
		await(1);
		check_loss(0, 9, FAULT_REFUSED);
	}
	assert_int_equal(rig.probes.state, PROBES_DOWN);
	close(fd);
}

/* Nobody accepts, and nobody waits for more than one of them. */
static void
connect_queue_has_no_end(void **state)
{
	struct addr at;
	int fd = listener(&at, 0), filling[8];
	unsigned filled = 0;
	int64_t due;

	(void)state;
	while (filled < COUNT(filling)) {
		struct pollfd ready = { .events = POLLOUT };

		ready.fd = dial_begin(&at, &anywhere, false, NULL);
		assert_return_code(ready.fd, errno);
		filling[filled++] = ready.fd;
		if (poll(&ready, 1, 300) == 0)
			break; /* the queue is full */
	}
	probes_init(&rig.probes, 20, &user);
	assert_int_equal(begin(&at, 1, NULL), FAULT_NONE);
	due = clock_ns();
	assert_true(probes_add(&rig.probes, 1, due, 0));
	assert_true(probes_add(&rig.probes, 2, due + SECOND, 0));
	probes_send(&rig.probes);
	probes_expire(&rig.probes, due + SECOND / 2, SECOND);
	assert_int_equal(rig.count, 0);
	assert_int_equal(rig.probes.state, PROBES_CONNECTING);
	assert_true(probes_next(&rig.probes, SECOND) == due + SECOND);
	probes_expire(&rig.probes, due + SECOND, SECOND);
	assert_int_equal(rig.count, 2);
	check_loss(0, 1, FAULT_CONNECT_TIMEOUT);
	check_loss(1, 2, FAULT_CONNECT_TIMEOUT);
	assert_int_equal(rig.probes.state, PROBES_DOWN);
	while (filled > 0)
		close(filling[--filled]);
	close(fd);
}

/* Many under way, and the queue wraps while it grows. */
static void
many_are_under_way(void **state)
{
	uint64_t seq = 0;
	unsigned given = 0;
	uint32_t seed = 1;

	(void)state;
	rig_up(9);
	while (seq < ANSWERS - 100) {
		uint64_t more = check_random(&seed) % 100;
		unsigned fewer;

		add(seq + 1, seq + more, clock_ns());
		seq += more;
		take(9 * seq);
		fewer = check_random(&seed) % (unsigned)(seq - given + 1);
		give(rig.bytes + 9 * given, (size_t)9 * fewer);
		given += fewer;
		await(given);
		CHECK(probes_waiting(&rig.probes) == seq - given, "%" PRIu64,
		    seq);
	}
	give(rig.bytes + 9 * given, 9 * (seq - given));
	await((unsigned)seq);
	for (unsigned i = 0; i < seq; i++)
		check_reply(i, i + 1);
}

static void
there_is_a_bound(void **state)
{
	(void)state;
	probes_init(&rig.probes, 1 << 20, &user);
	for (unsigned i = 0; i < IN_FLIGHT_MAX; i++) {
		CHECK(probes_have_room(&rig.probes), "%u", i);
		CHECK(probes_add(&rig.probes, i + 1, i, 0), "%u", i);
	}
	assert_false(probes_have_room(&rig.probes));
	assert_int_equal(probes_waiting(&rig.probes), IN_FLIGHT_MAX);
	in_flight_free(
	    &rig.probes.queue); /* they need not be told one by one */
}

static int
fill_pattern(void **state)
{
	(void)state;
	pattern_init(1);
	return 0;
}

#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, rig_empty, rig_down)

int
main(void)
{
	const struct CMUnitTest units[] = {
		TEST(echoes_come_in_pieces),
		TEST(probes_carry_their_number),
		TEST(each_byte_is_compared),
		TEST(large_probes_are_compared),
		TEST(order_is_compared),
		TEST(extra_bytes_are_none),
		TEST(echo_before_the_probe),
		TEST(late_echoes_stay_in_step),
		TEST(time_counts_from),
		TEST(late_client_is_told),
		TEST(handshakes_are_apart),
		TEST(ends),
		TEST(resets),
		TEST(ends_idle),
		TEST(silence_ends_with_a_probe),
		TEST(connects),
		TEST(is_refused),
		TEST(other_address_is_tried),
		TEST(connect_queue_has_no_end),
		TEST(many_are_under_way),
		TEST(there_is_a_bound),
	};

	return cmocka_run_group_tests(units, fill_pattern, NULL);
}
