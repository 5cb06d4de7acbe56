/* SPDX-License-Identifier: ISC */
/* probe: whatever a listener answers, and what it means. */
#include "check.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "common/net.h"
#include "daemon/pool/generation.h"
#include "daemon/service/probe.h"

enum { MS = 1000 };

static struct generation gen; /* too large for a small stack */
static struct listener *l = &gen.listeners.item[0];
static struct probe p;

/* A generation with one listener at this address. */
static void
listen_at(const char *address)
{
	memset(&gen, 0, sizeof(gen));
	gen.listeners.count = 1;
	assert_int_equal(addr_from_literal(&l->wanted, address, 0), 0);
	l->fd = socket(l->wanted.sa.sa_family, SOCK_STREAM, 0);
	assert_int_equal(bind(l->fd, &l->wanted.sa, l->wanted.len), 0);
	assert_int_equal(listen(l->fd, 8), 0);
	assert_int_equal(net_local(l->fd, &l->bound), 0);
	probe_open(&p, epoll_create1(0));
}

static void
close_all(void)
{
	assert_int_equal(p.fd, -1);
	close(p.waiter);
	close(l->fd);
}

/* Go on when something has come, until there is an outcome. */
static enum probe_outcome
outcome(int64_t now_ms)
{
	enum probe_outcome is = PROBE_PENDING;
	struct pollfd pfd = { .fd = p.fd, .events = POLLIN };

	while (is == PROBE_PENDING && poll(&pfd, 1, 10000) == 1)
		is = probe_step(&p, now_ms);
	return is;
}

/* Begin, accept, and read what has been sent. */
static int
accept_one(char text[PROBE_TEXT + 1])
{
	ssize_t n;
	int fd;

	assert_int_equal(probe_begin(&p, &gen, l, MS, 0), PROBE_PENDING);
	fd = accept(l->fd, NULL, NULL);
	(void)probe_step(&p, 0);
	n = recv(fd, text, PROBE_TEXT, 0);
	assert_true(n > 1);
	text[n] = '\0';
	return fd;
}

static void
echo_is_good(void **state)
{
	static const char *const addresses[] = { "127.0.0.1", "0.0.0.0" };
	char text[PROBE_TEXT + 1], before[PROBE_TEXT + 1] = "";

	(void)state;
	for (size_t i = 0; i < COUNT(addresses); i++) {
		listen_at(addresses[i]);
		for (int k = 0; k < 2; k++) {
			int fd = accept_one(text);

			CHECK(strcmp(text, before) != 0, "%s", text);
			strcpy(before, text);
			/* In two parts. */
			assert_int_equal(send(fd, text, 1, 0), 1);
			assert_int_equal(probe_step(&p, MS - 1), PROBE_PENDING);
			send(fd, text + 1, strlen(text) - 1, 0);
			assert_int_equal(outcome(MS - 1), PROBE_GOOD);
			assert_int_equal(recv(fd, text, 1, 0), 0);
			close(fd);
		}
		close_all();
	}
}

static void
anything_else_is_bad(void **state)
{
	char text[PROBE_TEXT + 1];
	int fd;

	(void)state;
	listen_at("127.0.0.1");
	fd = accept_one(text);
	text[strlen(text) - 1]++;
	send(fd, text, strlen(text), 0);
	assert_int_equal(outcome(0), PROBE_BAD);
	assert_string_equal(p.why.text, "the echo is not what was sent");
	close(fd);

	fd = accept_one(text);
	send(fd, text, 3, 0);
	close(fd);
	assert_int_equal(outcome(0), PROBE_BAD);
	assert_string_equal(p.why.text, "no echo: the connection was closed");

	fd = accept_one(text);
	assert_int_equal(probe_step(&p, MS - 1), PROBE_PENDING);
	assert_int_equal(probe_step(&p, MS), PROBE_BAD);
	assert_string_equal(p.why.text, "no echo in time");
	close(fd);

	/* Nobody listens any more. */
	assert_int_equal(shutdown(l->fd, SHUT_RDWR), 0);
	if (probe_begin(&p, &gen, l, MS, 0) == PROBE_PENDING)
		assert_int_equal(outcome(0), PROBE_BAD);
	close_all();
}

/* It is refused, as others of its network may be. */
static void
limits_are_no_fault(void **state)
{
	char text[PROBE_TEXT + 1];
	int fd;

	(void)state;
	listen_at("127.0.0.1");
	gen.config.sources.max = 1;
	close(accept_one(text));
	assert_int_equal(outcome(0), PROBE_UNABLE);
	/* But it was served first. */
	fd = accept_one(text);
	send(fd, text, 3, 0);
	close(fd);
	assert_int_equal(outcome(0), PROBE_BAD);
	close_all();
}

static void
strangers_do_not_try(void **state)
{
	struct errbuf err;

	(void)state;
	listen_at("0.0.0.0");
	gen.config.access.count = 1;
	assert_int_equal(access_rule_parse(&gen.config.access.rules[0],
			     "127.0.0.0/8", true, &err),
	    0);
	assert_int_equal(probe_begin(&p, &gen, l, MS, 0), PROBE_UNABLE);
	assert_string_equal(p.why.text, "access does not allow 127.0.0.1");
	close_all();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(echo_is_good),
		cmocka_unit_test(anything_else_is_bad),
		cmocka_unit_test(limits_are_no_fault),
		cmocka_unit_test(strangers_do_not_try),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
