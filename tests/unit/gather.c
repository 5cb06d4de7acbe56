/* SPDX-License-Identifier: ISC */
/*
 * gather: a snapshot says what workers do and have done; counters go on after
 * an upgrade, and nothing that a worker writes leads anywhere.
 */
#include "check.h"

#include <arpa/inet.h>
#include <sys/epoll.h>

#include "common/clock.h"
#include "common/errbuf.h"
#include "daemon/log/logger.h"
#include "daemon/log/refusals.h"
#include "daemon/pool/autoscale.h"
#include "daemon/pool/generation.h"
#include "daemon/pool/pool.h"
#include "daemon/report/gather.h"
#include "snapshot/fields.h"
#include "snapshot/snapshot.h"

static struct pool pool;
static struct generation gen;
static struct listener_set draining;
static struct autoscale autoscale;
static struct logger logger;
static struct gather gather;
static struct snapshot s;
static struct addr peer;

static const struct gather_view view = {
	.state = SNAPSHOT_SERVING,
	.pool = &pool,
	.autoscale = &autoscale,
	.current = &gen,
	.draining = &draining,
	.logger = &logger,
};

static void
listen_at(struct listener_set *set, const char *text)
{
	struct listener *l = &set->item[set->count++];

	memset(l, 0, sizeof(*l));
	l->fd = -1;
	snprintf(l->text, sizeof(l->text), "%s", text);
}

static int
begin(void **state)
{
	struct errbuf err;
	int waiter = epoll_create1(0);

	(void)state;
	if (waiter == -1 || pool_open(&pool, waiter, &err) == -1 ||
	    refusals_open(&err) == -1)
		return -1;
	memset(&gen, 0, sizeof(gen));
	memset(&draining, 0, sizeof(draining));
	memset(&autoscale, 0, sizeof(autoscale));
	memset(&gather, 0, sizeof(gather));
	gen.number = 3;
	gen.config.workers_max = 9;
	listen_at(&gen.listeners, "127.0.0.1:7");
	listen_at(&gen.listeners, "[::1]:7");
	addr_from_literal(&peer, "192.0.2.9", 4711);
	gather_begin(&gather, clock_ms());
	return 0;
}

static int
end(void **state)
{
	(void)state;
	free(pool.worker);
	close(pool.forkers.waiter);
	for (unsigned i = 0; i < 2; i++) {
		close(pool.lifeline[i]);
		close(pool.wake[i]);
	}
	return 0;
}

/* A worker whose pid is our own, which is there. */
static unsigned
worker(void)
{
	int i = pool_request(&pool, 3, clock_ms() - 5000);

	assert_true(i >= 0);
	pool_answer(&pool, (unsigned)i, getpid());
	pool.worker[i].settle_ms = 0;
	(void)scoreboard_idle(&pool.board, (unsigned)i, clock_ms() - 4000);
	return (unsigned)i;
}

static void
take(unsigned i, const char *listener, uint64_t bytes, int64_t ago_ms)
{
	account_begin(&pool.accounts[i], ledger_number(&pool.ledger, listener));
	(void)scoreboard_busy(&pool.board, i, &peer, clock_ms() - ago_ms);
	scoreboard_add(&pool.board.slots[i], bytes, bytes);
}

static void
look(void)
{
	gather_snapshot(&gather, &view, clock_ms(), &s);
}

static void
tells_what_workers_do(void **state)
{
	struct snapshot_worker row;
	unsigned idle = worker(), old = worker(), young = worker();

	(void)state;
	take(old, "[::1]:7", 100, 3000);
	take(young, "127.0.0.1:7", 5, 1000);
	pool.worker[young].frozen = true;
	look();
	assert_int_equal(s.workers.idle, 1);
	assert_int_equal(s.workers.busy, 1);
	assert_int_equal(s.workers.frozen, 1);
	assert_int_equal(s.workers.max, 9);
	assert_int_equal(s.service.generation, 3);
	assert_int_equal(s.connections.active, 2);
	assert_int_equal(s.connections.bytes_in, 105);
	assert_string_equal(s.oldest.listener, "[::1]:7");
	assert_string_equal(s.oldest.peer, "192.0.2.9:4711");
	assert_int_equal(s.oldest.bytes_in, 100);
	assert_in_range(s.oldest.age_ms, 3000, 60000);
	assert_int_equal(s.listener_count, 2);
	assert_int_equal(s.listener[1].active, 1);
	assert_int_equal(s.listener[1].bytes_out, 100);

	assert_true(gather_worker(&pool, idle, clock_ms(), &row));
	assert_int_equal(row.state, SNAPSHOT_IS_IDLE);
	assert_string_equal(row.peer, "");
	assert_true(gather_worker(&pool, old, clock_ms(), &row));
	assert_int_equal(row.state, SNAPSHOT_IS_BUSY);
	assert_int_equal(row.connections, 1);
	assert_string_equal(row.listener, "[::1]:7");
	pool.worker[old] = (struct pool_worker){ 0 };
	assert_false(gather_worker(&pool, old, clock_ms(), &row));
}

static void
keeps_what_the_dead_have_done(void **state)
{
	struct pool_end how;
	unsigned i = worker();

	(void)state;
	take(i, "127.0.0.1:7", 70, 2000);
	account_ended(&pool.accounts[i], SNAPSHOT_CLOSED, 70, 70, 10);
	take(i, "127.0.0.1:7", 8, 2000);
	assert_true(pool_reaped(&pool, getpid(), SIGKILL, clock_ms(), &how));
	look();
	assert_int_equal(s.pool.exited[SNAPSHOT_SIGNAL], 1);
	assert_int_equal(s.connections.accepted, 2);
	assert_int_equal(s.connections.active, 0);
	assert_int_equal(s.connections.closed[SNAPSHOT_CLOSED], 1);
	assert_int_equal(s.connections.closed[SNAPSHOT_DIED], 1);
	assert_int_equal(s.listener[0].bytes_in, 78);
	/* The next worker of this slot begins at nothing. */
	assert_int_equal(worker(), i);
	look();
	assert_int_equal(s.listener[0].bytes_in, 78);
}

static void
goes_on_after_an_upgrade(void **state)
{
	static struct snapshot before;
	unsigned i = worker();

	(void)state;
	take(i, "127.0.0.1:7", 4, 10);
	memset(&before, 0, sizeof(before));
	before.service.first_started_at = 1234;
	before.service.generation = 77;
	before.connections.accepted = 1000;
	before.connections.active = 50;
	before.connections.duration[5] = 30;
	before.pool.started = 20;
	before.reload.failed = 6;
	before.listener_count = 2;
	snprintf(before.listener[0].address, ADDR_TEXT, "127.0.0.1:9");
	before.listener[0].bytes_in = 111;
	snprintf(before.listener[1].address, ADDR_TEXT, "127.0.0.1:7");
	before.listener[1].bytes_in = 500;
	before.listener[1].active = 12;
	gather_continue(&gather, &before);
	gather_ready(&gather);
	look();
	assert_int_equal(s.service.first_started_at, 1234);
	assert_int_equal(s.service.generation, 3);
	assert_int_equal(s.connections.accepted, 1001);
	assert_int_equal(s.connections.active, 1);
	assert_int_equal(s.connections.duration[5], 30);
	assert_int_equal(s.pool.started, 21);
	assert_int_equal(s.reload.failed, 6);
	assert_int_equal(s.reload.last_good, 1);
	assert_int_equal(s.listener[0].bytes_in, 504);
	assert_int_equal(s.listener[0].active, 1);
	/* And once more, with what the old one has done at its end. */
	before.connections.accepted = 1050;
	gather_continue(&gather, &before);
	look();
	assert_int_equal(s.connections.accepted, 1051);
}

static void
tells_each_address_once(void **state)
{
	char text[ADDR_TEXT];
	unsigned i = worker();
	uint64_t bytes = 0;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)state;
	/* Of two sockets, as a manager has them for two interfaces. */
	assert_int_equal(listen(fd, 5), 0);
	listen_at(&gen.listeners, "127.0.0.1:7");
	gen.listeners.item[0].fd = gen.listeners.item[2].fd = fd;
	listen_at(&draining, "[::1]:7");
	listen_at(&draining, "127.0.0.1:8");
	for (unsigned k = 0; k < 40; k++) {
		snprintf(text, sizeof(text), "10.0.0.%u:7", k);
		listen_at(&gen.listeners, text);
		take(i, text, 1, 10);
		account_ended(&pool.accounts[i], SNAPSHOT_CLOSED, 1, 1, 1);
	}
	look();
	/* 42 in force, one that drains, and those without a number. */
	assert_int_equal(s.listener_count, 44);
	assert_int_equal(s.listener[42].draining, 1);
	assert_string_equal(s.listener[42].address, "127.0.0.1:8");
	assert_string_equal(s.listener[43].address, "others");
	for (unsigned k = 0; k < s.listener_count; k++)
		bytes += s.listener[k].bytes_in;
	assert_int_equal(bytes, 40);
	assert_int_equal(s.listener[43].bytes_in, 40 - ACCOUNT_OTHERS);
	assert_string_equal(s.listener[0].address, "127.0.0.1:7");
	assert_int_equal(s.listener[0].limit, 10);
	close(fd);
}

static void
check_counters(const struct snapshot *before)
{
	for (unsigned i = 0; i < fields_snapshot.count; i++) {
		const struct field *f = &fields_snapshot.field[i];
		uint64_t was, is;

		memcpy(&was, (const char *)before + f->offset, sizeof(was));
		memcpy(&is, (const char *)&s + f->offset, sizeof(is));
		CHECK(!f->counter || is >= was, "%s %s", f->record,
		    f->key != NULL ? f->key : f->names[0]);
	}
}

/* Nor does a counter go down. */
static void
believes_no_worker(void **state)
{
	static struct snapshot before;
	struct snapshot_worker row;
	unsigned i = worker();
	uint32_t seed = 99;

	(void)state;
	memset(&s, 0, sizeof(s));
	for (unsigned round = 0; round < 2000; round++) {
		uint8_t *slot = (uint8_t *)&pool.board.slots[i];
		uint8_t *account = (uint8_t *)&pool.accounts[i];

		for (size_t k = 0; k < sizeof(struct slot); k++)
			slot[k] = (uint8_t)check_random(&seed);
		for (size_t k = 0; k < sizeof(struct account); k++)
			account[k] = (uint8_t)check_random(&seed);
		before = s;
		look();
		check_counters(&before);
		assert_true(gather_worker(&pool, i, clock_ms(), &row));
		assert_true(row.since_ms <= 60000);
		assert_true(row.state < SNAPSHOT_DOINGS);
		assert_non_null(memchr(row.peer, '\0', sizeof(row.peer)));
		assert_non_null(memchr(row.listener, '\0', ADDR_TEXT));
	}
}

static void
keeps_outcomes(void **state)
{
	(void)state;
	gather_reload(&gather, true, "reload done");
	gather_reload(&gather, false, "reload failed: why");
	gather_upgrade(&gather, false, "upgrade failed: why");
	gather_probe(&gather, true, "", 100);
	gather_probe(&gather, false, "no echo", 250);
	look();
	assert_int_equal(s.reload.done, 1);
	assert_int_equal(s.reload.failed, 1);
	assert_int_equal(s.reload.last_good, 0);
	assert_string_equal(s.reload.last, "reload failed: why");
	assert_true(s.reload.last_at >= s.reload.last_done_at);
	assert_int_equal(s.upgrade.failed, 1);
	assert_string_equal(s.upgrade.last, "upgrade failed: why");
	assert_int_equal(s.probe.enabled, 1);
	assert_int_equal(s.probe.good, 1);
	assert_int_equal(s.probe.bad, 1);
	assert_int_equal(s.probe.last_good, 0);
	assert_int_equal(s.probe.last_us, 250);
	assert_string_equal(s.probe.last, "no echo");
	assert_true(s.probe.last_at > s.service.started_at - 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(tells_what_workers_do, begin,
		    end),
		cmocka_unit_test_setup_teardown(keeps_what_the_dead_have_done,
		    begin, end),
		cmocka_unit_test_setup_teardown(goes_on_after_an_upgrade, begin,
		    end),
		cmocka_unit_test_setup_teardown(tells_each_address_once, begin,
		    end),
		cmocka_unit_test_setup_teardown(believes_no_worker, begin, end),
		cmocka_unit_test_setup_teardown(keeps_outcomes, begin, end),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
