/* SPDX-License-Identifier: ISC */
/* listener: sets are opened whole or not at all, kept, swapped, given up. */
#include "check.h"

#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "common/clock.h"
#include "common/errbuf.h"
#include "common/net.h"
#include "config/settings.h"
#include "daemon/listen/listener.h"

static struct config config;
static const struct listener_set no_others;

/* Defaults, without the wait for data, and these "ADDRESS PORT", then NULL. */
static void
configure(const char *const *listen)
{
	settings_defaults(&config);
	config.timeout.defer_ms = 0;
	config.address_count = 0;
	for (size_t i = 0; listen[i] != NULL; i++) {
		char host[ADDR_HOST], port[ADDR_PORT];
		struct config_address *a =
		    &config.addresses[config.address_count++];

		assert_int_equal(sscanf(listen[i], "%253s %31s", host, port),
		    2);
		assert_int_equal(addr_from_literal(&a->addr, host,
				     (uint16_t)atoi(port)),
		    0);
		a->optional = false;
	}
}

static unsigned
count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n;
}

static int
connect_to(const struct listener *l)
{
	int fd = socket(l->bound.sa.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (connect(fd, &l->bound.sa, l->bound.len) == -1) {
		close(fd);
		return -1;
	}
	return fd;
}

static int
option(int fd, int level, int name)
{
	int value = -1;
	socklen_t len = sizeof(value);

	assert_int_equal(getsockopt(fd, level, name, &value, &len), 0);
	return value;
}

static int64_t
timeout_of(int fd, int name)
{
	struct timeval tv;
	socklen_t len = sizeof(tv);

	assert_int_equal(getsockopt(fd, SOL_SOCKET, name, &tv, &len), 0);
	return tv.tv_sec * 1000 + tv.tv_usec / 1000;
}

static const char *const one[] = { "127.0.0.1 0", NULL };
static const char *const two[] = { "127.0.0.1 0", "127.0.0.1 0", NULL };

static void
opens_and_closes(void **state)
{
	static struct listener_set now, set;
	unsigned before = count_descriptors();
	struct errbuf err;
	struct addr bound;

	(void)state;
	configure(two);
	CHECK(listener_set_prepare(&set, &now, &no_others, &config, &err) == 0,
	    "%s", err.text);
	assert_int_equal(set.count, 2);
	assert_int_not_equal(addr_port(&set.item[0].bound),
	    addr_port(&set.item[1].bound));
	for (unsigned i = 0; i < 2; i++) {
		const struct listener *l = &set.item[i];
		char text[ADDR_TEXT];
		int fd;

		assert_int_equal(addr_port(&l->wanted), 0);
		assert_int_not_equal(addr_port(&l->bound), 0);
		assert_false(l->kept);
		assert_false(l->reported);
		assert_int_equal(net_local(l->fd, &bound), 0);
		assert_true(addr_equal(&bound, &l->bound));
		addr_text(&bound, text, sizeof(text));
		assert_string_equal(text, l->text);
		assert_int_equal(option(l->fd, SOL_SOCKET, SO_ACCEPTCONN), 1);
		assert_true(fcntl(l->fd, F_GETFL) & O_NONBLOCK);
		assert_true(fcntl(l->fd, F_GETFD) & FD_CLOEXEC);
		fd = connect_to(l);
		assert_true(fd >= 0);
		close(fd);
	}
	listener_set_close(&set);
	assert_int_equal(set.count, 0);
	assert_int_equal(count_descriptors(), before);
}

/* A connection has all of its options from its listener. */
static void
check_inherited(const struct listener *l, int64_t idle_ms, int64_t send_ms,
    int user_timeout_ms)
{
	int client = connect_to(l), fd = accept(l->fd, NULL, NULL);
	int64_t part;

	assert_true(client >= 0 && fd >= 0);
	assert_int_equal(option(fd, IPPROTO_TCP, TCP_NODELAY), 1);
	assert_int_equal(option(fd, SOL_SOCKET, SO_KEEPALIVE), 1);
	assert_int_equal(option(fd, SOL_SOCKET, SO_OOBINLINE), 1);
	assert_int_equal(option(fd, IPPROTO_TCP, TCP_KEEPIDLE), 60);
	assert_int_equal(option(fd, IPPROTO_TCP, TCP_KEEPINTVL), 10);
	assert_int_equal(option(fd, IPPROTO_TCP, TCP_KEEPCNT), 6);
	assert_int_equal(option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT),
	    user_timeout_ms);
	/* The kernel counts in its own ticks, and rounds up. */
	CHECK(timeout_of(fd, SO_RCVTIMEO) >= idle_ms &&
		timeout_of(fd, SO_RCVTIMEO) < idle_ms + 20,
	    "%lld", (long long)timeout_of(fd, SO_RCVTIMEO));
	part = timeout_of(fd, SO_SNDTIMEO);
	CHECK(part * 4 >= send_ms && part * 4 < send_ms + 80, "%lld",
	    (long long)part);
	/* What it does not have: a blocking socket is served. */
	assert_false(fcntl(fd, F_GETFL) & O_NONBLOCK);
	close(client);
	close(fd);
}

static void
options_are_inherited(void **state)
{
	static struct listener_set none, now, next;
	struct errbuf err;
	int fd;

	(void)state;
	configure(one);
	assert_int_equal(listener_set_prepare(&now, &none, &no_others, &config,
			     &err),
	    0);
	check_inherited(&now.item[0], 300000, 30000, 120000);
	/* A kept socket gets those of the new configuration, on commit. */
	fd = now.item[0].fd;
	config.timeout.idle_ms = 1500;
	config.timeout.send_ms = 100000;
	assert_int_equal(listener_set_prepare(&next, &now, &no_others, &config,
			     &err),
	    0);
	assert_int_equal(next.item[0].fd, fd);
	check_inherited(&now.item[0], 300000, 30000, 120000);
	listener_set_commit(&now, &next, &config);
	assert_int_equal(now.count, 1);
	assert_int_equal(now.item[0].fd, fd);
	check_inherited(&now.item[0], 1500, 100000, 200000);
	/* None at all. */
	config.timeout.idle_ms = config.timeout.send_ms = 0;
	assert_int_equal(listener_set_prepare(&next, &now, &no_others, &config,
			     &err),
	    0);
	listener_set_commit(&now, &next, &config);
	fd = connect_to(&now.item[0]);
	close(fd);
	fd = accept(now.item[0].fd, NULL, NULL);
	assert_int_equal(timeout_of(fd, SO_RCVTIMEO), 0);
	assert_int_equal(timeout_of(fd, SO_SNDTIMEO), 0);
	assert_int_equal(option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT), 0);
	close(fd);
	/* The shortest is not none. */
	config.timeout.idle_ms = config.timeout.send_ms = 1;
	assert_int_equal(listener_set_prepare(&next, &now, &no_others, &config,
			     &err),
	    0);
	listener_set_commit(&now, &next, &config);
	fd = connect_to(&now.item[0]);
	close(fd);
	fd = accept(now.item[0].fd, NULL, NULL);
	assert_true(timeout_of(fd, SO_RCVTIMEO) > 0);
	assert_true(timeout_of(fd, SO_SNDTIMEO) > 0);
	close(fd);
	listener_set_close(&now);
}

static void
keeps_and_removes(void **state)
{
	static struct listener_set now, next, removed;
	unsigned before = count_descriptors();
	struct errbuf err;
	int fd[2];

	(void)state;
	configure(two);
	now.count = 0;
	assert_int_equal(listener_set_prepare(&next, &now, &no_others, &config,
			     &err),
	    0);
	listener_set_commit(&now, &next, &config);
	assert_int_equal(next.count, 0);
	fd[0] = now.item[0].fd;
	fd[1] = now.item[1].fd;
	now.item[0].reported = now.item[1].reported = true;

	/* The same again: the same sockets, each once. */
	assert_int_equal(listener_set_prepare(&next, &now, &no_others, &config,
			     &err),
	    0);
	assert_int_equal(next.item[0].fd, fd[0]);
	assert_int_equal(next.item[1].fd, fd[1]);
	assert_true(next.item[0].kept && next.item[1].kept);
	assert_true(next.item[0].reported);
	listener_set_removed(&removed, &now, &next);
	assert_int_equal(removed.count, 0);
	/* Given up: nothing has been opened, nothing is closed. */
	listener_set_abandon(&next);
	assert_int_equal(count_descriptors(), before + 2);

	/* One of the two and a new one, in another order. */
	addr_from_literal(&config.addresses[0].addr, "127.0.0.2", 0);
	assert_int_equal(listener_set_prepare(&next, &now, &no_others, &config,
			     &err),
	    0);
	assert_int_equal(count_descriptors(), before + 3);
	assert_false(next.item[0].kept);
	assert_true(next.item[1].kept);
	assert_int_equal(next.item[1].fd, fd[0]);
	listener_set_removed(&removed, &now, &next);
	assert_int_equal(removed.count, 1);
	assert_int_equal(removed.item[0].fd, fd[1]);
	listener_set_abandon(&next);
	assert_int_equal(next.count, 0);
	assert_int_equal(count_descriptors(), before + 2);
	assert_int_equal(now.count, 2);

	assert_int_equal(listener_set_prepare(&next, &now, &no_others, &config,
			     &err),
	    0);
	listener_set_removed(&removed, &now, &next);
	listener_set_commit(&now, &next, &config);
	assert_int_equal(now.count, 2);
	assert_int_equal(count_descriptors(), before + 3);
	/* Who has asked for it has it. */
	listener_set_close(&removed);
	assert_int_equal(count_descriptors(), before + 2);
	assert_int_equal(now.item[1].fd, fd[0]);
	assert_false(now.item[0].kept || now.item[1].kept);
	listener_set_close(&now);
	assert_int_equal(count_descriptors(), before);
}

/* An address that is taken: its name, the reason, and nothing opened. */
static void
all_or_nothing(void **state)
{
	static struct listener_set none, now, next;
	unsigned before;
	struct errbuf err;
	char text[64], wanted[128];
	const char *listen[] = { "127.0.0.1 0", "127.0.0.1 0", text, NULL };
	int client;

	(void)state;
	configure(one);
	assert_int_equal(listener_set_prepare(&now, &none, &no_others, &config,
			     &err),
	    0);
	before = count_descriptors();
	snprintf(text, sizeof(text), "127.0.0.1 %u",
	    addr_port(&now.item[0].bound));
	configure(listen);
	/* It was for any port; the same number written out is another wish. */
	assert_int_equal(listener_set_prepare(&next, &now, &no_others, &config,
			     &err),
	    -1);
	snprintf(wanted, sizeof(wanted), "cannot listen on %s: %s",
	    now.item[0].text, strerror(EADDRINUSE));
	assert_string_equal(err.text, wanted);
	listener_set_abandon(&next);
	assert_int_equal(next.count, 0);
	assert_int_equal(count_descriptors(), before);
	/* What was there is still there. */
	client = connect_to(&now.item[0]);
	assert_true(client >= 0);
	close(client);
	listener_set_close(&now);
}

/* A name may stand for a family that is missing, not for any address. */
static void
foreign_addresses_are_errors(void **state)
{
	static const char *const rows[] = { "192.0.2.1", "2001:db8::1" };
	static struct listener_set none, next;
	unsigned before = count_descriptors();
	struct errbuf err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		for (int optional = 0; optional < 2; optional++) {
			int fd;

			configure(one);
			config.address_count = 2;
			addr_from_literal(&config.addresses[1].addr, rows[i],
			    0);
			config.addresses[1].optional = optional;
			fd = socket(config.addresses[1].addr.sa.sa_family,
			    SOCK_STREAM, 0);
			/* Without the family it may be skipped, or not. */
			if (fd == -1)
				continue;
			close(fd);
			CHECK(listener_set_prepare(&next, &none, &no_others,
				  &config, &err) == -1,
			    "%s", rows[i]);
			CHECK(strstr(err.text, rows[i]) != NULL, "%s",
			    err.text);
			listener_set_abandon(&next);
			assert_int_equal(count_descriptors(), before);
		}
	config.address_count = 0;
	assert_int_equal(listener_set_prepare(&next, &none, &no_others, &config,
			     &err),
	    -1);
}

/* Both families of one port are two sockets. */
static void
wildcards_do_not_collide(void **state)
{
	static struct listener_set none, first, both;
	struct errbuf err;
	uint16_t port;
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	(void)state;
	if (fd == -1)
		skip();
	close(fd);
	configure(one);
	addr_wildcard(&config.addresses[0].addr, AF_INET6, 0);
	assert_int_equal(listener_set_prepare(&first, &none, &no_others,
			     &config, &err),
	    0);
	assert_int_equal(option(first.item[0].fd, IPPROTO_IPV6, IPV6_V6ONLY),
	    1);
	port = addr_port(&first.item[0].bound);
	config.address_count = 2;
	addr_wildcard(&config.addresses[1].addr, AF_INET, port);
	if (listener_set_prepare(&both, &first, &no_others, &config, &err) ==
	    -1)
		/* Somebody else happens to have it. */
		assert_non_null(strstr(err.text, strerror(EADDRINUSE)));
	else
		assert_int_equal(both.count, 2);
	listener_set_abandon(&both);
	listener_set_close(&first);
}

static void
waiting_connections_are_counted(void **state)
{
	static struct listener_set none, set;
	struct errbuf err;
	int64_t deadline = clock_ms() + 30000;
	unsigned limit;
	int fd[5], accepted;

	(void)state;
	configure(two);
	config.backlog = 7;
	assert_int_equal(listener_set_prepare(&set, &none, &no_others, &config,
			     &err),
	    0);
	assert_int_equal(listener_set_waiting(&set), 0);
	assert_int_equal(listener_waiting(&set.item[0], &limit), 0);
	assert_int_equal(limit, 7);
	for (int i = 0; i < 5; i++) {
		fd[i] = connect_to(&set.item[i < 3 ? 0 : 1]);
		assert_true(fd[i] >= 0);
	}
	/* The last step of the handshake is the kernel's. */
	while (listener_set_waiting(&set) < 5) {
		assert_true(clock_ms() < deadline);
		(void)poll(NULL, 0, 1);
	}
	assert_int_equal(listener_waiting(&set.item[0], NULL), 3);
	assert_int_equal(listener_waiting(&set.item[1], &limit), 2);
	accepted = accept(set.item[0].fd, NULL, NULL);
	assert_true(accepted >= 0);
	assert_int_equal(listener_waiting(&set.item[0], NULL), 2);
	assert_int_equal(listener_set_waiting(&set), 4);
	close(accepted);
	for (int i = 0; i < 5; i++)
		close(fd[i]);
	listener_set_close(&set);
	assert_int_equal(listener_set_waiting(&set), 0);
}

/* A port is free at once, even with connections that were not long ago. */
static void
ports_can_be_taken_again(void **state)
{
	static struct listener_set none, set;
	struct errbuf err;
	int client, fd;
	char byte;

	(void)state;
	configure(one);
	assert_int_equal(listener_set_prepare(&set, &none, &no_others, &config,
			     &err),
	    0);
	for (int round = 0; round < 3; round++) {
		client = connect_to(&set.item[0]);
		fd = accept(set.item[0].fd, NULL, NULL);
		assert_true(client >= 0 && fd >= 0);
		/* Ours ends first, and waits for a while (TIME_WAIT). */
		shutdown(fd, SHUT_WR);
		assert_int_equal(read(client, &byte, 1), 0);
		close(client);
		close(fd);
		config.addresses[0].addr = set.item[0].bound;
		listener_set_close(&set);
		CHECK(listener_set_prepare(&set, &none, &no_others, &config,
			  &err) == 0,
		    "%s", err.text);
	}
	listener_set_close(&set);
}

/* As a service manager passes it, with a queue of its own. */
static void
inherit(struct listener_set *adopted, const char *address, bool dual)
{
	struct listener *l = &adopted->item[adopted->count++];

	*l = (struct listener){ .origin = LISTENER_INHERITED, .dual = dual };
	assert_int_equal(addr_from_literal(&l->wanted, address, 0), 0);
	l->fd = socket(l->wanted.sa.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(l->fd >= 0);
	assert_int_equal(bind(l->fd, &l->wanted.sa, l->wanted.len), 0);
	assert_int_equal(listen(l->fd, 3), 0);
	assert_int_equal(net_local(l->fd, &l->bound), 0);
	l->wanted = l->bound;
}

static void
want(const struct addr *addr)
{
	config.addresses[config.address_count++] = (struct config_address){
		.addr = *addr
	};
}

/* Those that are listed, those that are not, and what is opened beside. */
static void
adopted_are_taken(void **state)
{
	static struct listener_set none, adopted, next, now;
	unsigned before = count_descriptors(), limit;
	struct errbuf err;
	int fd[2];

	(void)state;
	adopted.count = now.count = 0;
	inherit(&adopted, "127.0.0.1", false);
	inherit(&adopted, "127.0.0.2", false);
	fd[0] = adopted.item[0].fd;
	fd[1] = adopted.item[1].fd;
	configure(one);
	want(&adopted.item[0].bound);
	CHECK(listener_set_prepare(&next, &none, &adopted, &config, &err) == 0,
	    "%s", err.text);
	assert_int_equal(next.count, 3);
	assert_false(next.item[0].kept);
	assert_int_equal(next.item[1].fd, fd[0]);
	assert_true(next.item[1].kept && next.item[1].listed);
	assert_int_equal(next.item[2].fd, fd[1]);
	assert_true(next.item[2].kept && !next.item[2].listed);
	/* They have all options before they have a worker; but their queue. */
	assert_int_equal(option(fd[1], IPPROTO_TCP, TCP_NODELAY), 1);
	(void)listener_waiting(&next.item[2], &limit);
	assert_int_equal(limit, 3);
	/* Given up: they are there for the next one. */
	listener_set_abandon(&next);
	assert_int_equal(count_descriptors(), before + 2);
	assert_int_equal(listener_set_prepare(&next, &none, &adopted, &config,
			     &err),
	    0);
	listener_set_commit(&now, &next, &config);
	(void)listener_waiting(&now.item[1], &limit);
	assert_int_equal(limit, 3);

	/* One that was listed goes with its entry, one that was not stays. */
	configure(one);
	assert_int_equal(listener_set_prepare(&next, &now, &none, &config,
			     &err),
	    0);
	assert_int_equal(next.count, 2);
	assert_int_equal(next.item[1].fd, fd[1]);
	/* And all of them stay without any entry. */
	config.address_count = 0;
	assert_int_equal(listener_set_prepare(&next, &now, &none, &config,
			     &err),
	    0);
	assert_int_equal(next.count, 2);
	assert_int_equal(next.item[0].fd, fd[0]);
	listener_set_close(&now);
}

/* One socket at the wildcards of both families is for both entries. */
static void
one_is_for_both_wildcards(void **state)
{
	static struct listener_set none, adopted, next;
	struct addr four, six;
	struct errbuf err;
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	(void)state;
	if (fd == -1)
		skip();
	close(fd);
	for (int order = 0; order < 2; order++) {
		adopted.count = 0;
		inherit(&adopted, "::", true);
		addr_wildcard(&four, AF_INET,
		    addr_port(&adopted.item[0].bound));
		addr_wildcard(&six, AF_INET6, addr_port(&four));
		configure(one);
		config.address_count = 0;
		want(order == 0 ? &four : &six);
		want(order == 0 ? &six : &four);
		CHECK(listener_set_prepare(&next, &none, &adopted, &config,
			  &err) == 0,
		    "%s", err.text);
		assert_int_equal(next.count, 1);
		assert_int_equal(next.item[0].fd, adopted.item[0].fd);
		/* Another port, and one address of this one, are others. */
		assert_ptr_equal(listener_set_find(&adopted, &four),
		    &adopted.item[0]);
		addr_wildcard(&four, AF_INET, 1);
		assert_null(listener_set_find(&adopted, &four));
		assert_int_equal(addr_from_literal(&four, "127.0.0.1",
				     addr_port(&six)),
		    0);
		assert_null(listener_set_find(&adopted, &four));
		listener_set_close(&next);
	}
}

/* Where a socket unit passes others, it is named as the place for one more. */
static void
a_socket_unit_is_advised(void **state)
{
	static struct listener_set none, adopted, next;
	struct errbuf err;

	(void)state;
	configure((const char *const[]){ "192.0.2.1 0", NULL });
	adopted.count = 0;
	assert_int_equal(listener_set_prepare(&next, &none, &adopted, &config,
			     &err),
	    -1);
	assert_null(strstr(err.text, "socket unit"));
	inherit(&adopted, "127.0.0.1", false);
	assert_int_equal(listener_set_prepare(&next, &none, &adopted, &config,
			     &err),
	    -1);
	assert_non_null(strstr(err.text, "192.0.2.1"));
	assert_non_null(strstr(err.text, "; the socket unit that passes"));
	listener_set_abandon(&next);
	listener_set_close(&adopted);
}

int
main(void)
{
	const struct CMUnitTest listener[] = {
		cmocka_unit_test(opens_and_closes),
		cmocka_unit_test(options_are_inherited),
		cmocka_unit_test(keeps_and_removes),
		cmocka_unit_test(all_or_nothing),
		cmocka_unit_test(foreign_addresses_are_errors),
		cmocka_unit_test(wildcards_do_not_collide),
		cmocka_unit_test(waiting_connections_are_counted),
		cmocka_unit_test(ports_can_be_taken_again),
		cmocka_unit_test(adopted_are_taken),
		cmocka_unit_test(one_is_for_both_wildcards),
		cmocka_unit_test(a_socket_unit_is_advised),
	};

	return cmocka_run_group_tests(listener, NULL, NULL);
}
