/* SPDX-License-Identifier: ISC */
/* addr: literals, text forms, splitting HOST:PORT, equality. */
#include "check.h"

#include <arpa/inet.h>
#include <netdb.h>

#include "common/addr.h"
#include "common/errbuf.h"

static void
literals(void **state)
{
	static const struct {
		const char *text, *host;
		int family;
	} rows[] = {
		{ "127.0.0.1", "127.0.0.1", AF_INET },
		{ "0.0.0.0", "0.0.0.0", AF_INET },
		{ "255.255.255.255", "255.255.255.255", AF_INET },
		{ "::", "::", AF_INET6 },
		{ "::1", "::1", AF_INET6 },
		{ "2001:DB8::00A", "2001:db8::a", AF_INET6 },
		{ "::ffff:192.0.2.1", "::ffff:192.0.2.1", AF_INET6 },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", AF_INET6 },
		{ "fe80::1%lo", "fe80::1%1", AF_INET6 },
		{ "fe80::1%1", "fe80::1%1", AF_INET6 },
		{ "fe80::1%7", "fe80::1%7", AF_INET6 },
	};
	static const uint16_t ports[] = { 0, 1, 7, 255, 256, 10000, 65535 };
	char host[ADDR_TEXT], text[ADDR_TEXT], wanted[ADDR_TEXT];
	struct addr a;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t k = 0; k < COUNT(ports); k++) {
			CHECK(addr_from_literal(&a, rows[i].text, ports[k]) ==
				0,
			    "%s", rows[i].text);
			CHECK(a.sa.sa_family == rows[i].family, "%s",
			    rows[i].text);
			CHECK(addr_port(&a) == ports[k], "%s", rows[i].text);
			addr_host(&a, host, sizeof(host));
			CHECK_TEXT(host, rows[i].host, "%s", rows[i].text);
			snprintf(wanted, sizeof(wanted),
			    rows[i].family == AF_INET ? "%s:%u" : "[%s]:%u",
			    rows[i].host, ports[k]);
			addr_text(&a, text, sizeof(text));
			CHECK_TEXT(text, wanted, "%s", rows[i].text);
		}
}

static void
no_literals(void **state)
{
	static const char *const rows[] = { "", " ", "*", "localhost", "1",
		"127.1", "127.0.1", "127.0.0.1.", "127.0.0.1 ", " 127.0.0.1",
		"127.0.0.256", "0x7f.0.0.1", "0177.0.0.1", "127.0.0.1:80",
		"127.0.0.1%lo", ":", ":::", "1:2", "::g", "[::1]", "::1]",
		"::1%", "fe80::1%", "fe80::1%nosuchif0", "1:2:3:4:5:6:7:8:9",
		"12345::", "::1::", "example.org" };
	struct addr a;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK(addr_from_literal(&a, rows[i], 7) == -1, "\"%s\"",
		    rows[i]);
}

/* Those of IPv6 are what getaddrinfo(3) takes for one. */
static void
literals_of_the_library(void **state)
{
	static const char *const rows[] = { "::1%1", "::1%lo", "::1%0", "::%",
		"fe80::1%lo", "fe80::1%0", "fe80::1%01", "fe80::1%1x",
		"fe80::1%+1", "fe80::1%-1", "fe80::1% 1", "fe80::1%nosuchif0",
		"fe80::1%4294967295", "fe80::1%4294967296", "fe80::1%lo%lo",
		"fe80::1%99999999999999999999999", "ff02::1%lo", "ff05::1%lo",
		"ff05::1%7", "febf::1%lo", "fec0::1%lo", "%lo", "%1", ":%1",
		"fe80::1 %lo", "1:2:3:4:5:6:7::", "1::2:3:4:5:6:7:8",
		"::192.0.2.256",
		"0000:0000:0000:0000:0000:ffff:255.255.255.255",
		"0000:0000:0000:0000:0000:0000:255.255.255.255%1" };
	const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST,
		.ai_family = AF_INET6 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct addrinfo *found;
		struct addr wanted, is = { 0 };
		bool good = getaddrinfo(rows[i], NULL, &hints, &found) == 0;

		CHECK((addr_from_literal(&is, rows[i], 0) == 0) == good, "%s",
		    rows[i]);
		if (!good)
			continue;
		addr_from_sockaddr(&wanted, found->ai_addr, found->ai_addrlen);
		freeaddrinfo(found);
		CHECK(addr_equal(&is, &wanted), "%s", rows[i]);
	}
}

static void
from_sockaddr_takes_whole_addresses(void **state)
{
	struct sockaddr_storage ss;
	struct sockaddr *sa = (struct sockaddr *)&ss;
	struct addr a;

	(void)state;
	memset(&ss, 0, sizeof(ss));
	sa->sa_family = AF_INET;
	for (socklen_t len = 0; len <= sizeof(ss); len++) {
		addr_from_sockaddr(&a, sa, len);
		CHECK((a.len != 0) == (len >= sizeof(a.in)), "IPv4, %u",
		    (unsigned)len);
		CHECK(a.len == 0 || a.len == sizeof(a.in), "IPv4, %u",
		    (unsigned)len);
	}
	sa->sa_family = AF_INET6;
	for (socklen_t len = 0; len <= sizeof(ss); len++) {
		addr_from_sockaddr(&a, sa, len);
		CHECK((a.len != 0) == (len >= sizeof(a.in6)), "IPv6, %u",
		    (unsigned)len);
	}
	sa->sa_family = AF_UNIX;
	addr_from_sockaddr(&a, sa, sizeof(ss));
	assert_int_equal(a.len, 0);
	sa->sa_family = AF_UNSPEC;
	addr_from_sockaddr(&a, sa, sizeof(ss));
	assert_int_equal(a.len, 0);
}

static void
empty_address(void **state)
{
	struct addr a = { .len = 0 }, b;
	char text[ADDR_TEXT];

	(void)state;
	addr_host(&a, text, sizeof(text));
	assert_string_equal(text, "unknown");
	addr_text(&a, text, sizeof(text));
	assert_string_equal(text, "unknown");
	assert_int_equal(addr_port(&a), 0);
	assert_false(addr_is_wildcard(&a));
	assert_true(addr_equal(&a, &a));
	addr_wildcard(&b, AF_INET, 0);
	assert_false(addr_equal(&a, &b));
	assert_false(addr_equal(&b, &a));
}

static void
wildcards(void **state)
{
	struct addr a, b;
	char text[ADDR_TEXT];

	(void)state;
	addr_wildcard(&a, AF_INET, 7);
	addr_text(&a, text, sizeof(text));
	assert_string_equal(text, "0.0.0.0:7");
	assert_true(addr_is_wildcard(&a));
	addr_wildcard(&b, AF_INET6, 65535);
	addr_text(&b, text, sizeof(text));
	assert_string_equal(text, "[::]:65535");
	assert_true(addr_is_wildcard(&b));
	addr_from_literal(&a, "127.0.0.1", 7);
	assert_false(addr_is_wildcard(&a));
	addr_from_literal(&a, "::1", 7);
	assert_false(addr_is_wildcard(&a));
	/* An IPv4 wildcard in IPv6 clothes is an address like any other. */
	addr_from_literal(&a, "::ffff:0.0.0.0", 7);
	assert_false(addr_is_wildcard(&a));
}

static void
equality(void **state)
{
	static const struct {
		const char *host;
		uint16_t port;
	} rows[] = {
		{ "127.0.0.1", 1 },
		{ "127.0.0.1", 2 },
		{ "127.0.0.2", 1 },
		{ "0.0.0.0", 1 },
		{ "::", 1 },
		{ "::1", 1 },
		{ "::1", 2 },
		{ "::ffff:127.0.0.1", 1 },
		{ "fe80::1%1", 1 },
		{ "fe80::1%2", 1 },
	};
	struct addr a, b;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t k = 0; k < COUNT(rows); k++) {
			addr_from_literal(&a, rows[i].host, rows[i].port);
			addr_from_literal(&b, rows[k].host, rows[k].port);
			CHECK(addr_equal(&a, &b) == (i == k),
			    "rows %zu and %zu", i, k);
		}
	/* What is not part of the address does not count. */
	addr_from_literal(&a, "::1", 1);
	b = a;
	b.in6.sin6_flowinfo = htonl(5);
	assert_true(addr_equal(&a, &b));
}

static void
small_buffers_are_respected(void **state)
{
	char buf[ADDR_TEXT], whole[ADDR_TEXT];
	struct addr a;

	(void)state;
	addr_from_literal(&a, "fe80:1111:2222:3333:4444:5555:6666:7777%1",
	    65535);
	addr_text(&a, whole, sizeof(whole));
	assert_string_equal(whole,
	    "[fe80:1111:2222:3333:4444:5555:6666:7777%1]:65535");
	for (size_t size = 1; size <= strlen(whole) + 1; size++) {
		memset(buf, '#', sizeof(buf));
		addr_text(&a, buf, size);
		CHECK(strlen(buf) == size - 1, "%zu", size);
		CHECK(memcmp(buf, whole, size - 1) == 0, "%zu", size);
		CHECK(size == sizeof(buf) || buf[size] == '#', "%zu", size);
		memset(buf, '#', sizeof(buf));
		addr_host(&a, buf, size);
		CHECK(strlen(buf) < size, "%zu", size);
		CHECK(buf[size] == '#', "%zu", size);
	}
	/* The longest there can be: all digits of address, scope and port. */
	a.in6.sin6_scope_id = UINT32_MAX;
	addr_text(&a, whole, sizeof(whole));
	assert_string_equal(whole,
	    "[fe80:1111:2222:3333:4444:5555:6666:7777%4294967295]:65535");
}

static void
split_forms(void **state)
{
	static const struct {
		const char *text, *host, *port;
	} rows[] = {
		{ "", "", "" },
		{ "*", "*", "" },
		{ "localhost", "localhost", "" },
		{ "localhost:7", "localhost", "7" },
		{ "localhost:echo", "localhost", "echo" },
		{ ":7", "", "7" },
		{ "*:7", "*", "7" },
		{ "127.0.0.1", "127.0.0.1", "" },
		{ "127.0.0.1:10000", "127.0.0.1", "10000" },
		{ "::", "::", "" },
		{ "::1", "::1", "" },
		{ "2001:db8::1", "2001:db8::1", "" },
		{ "fe80::1%eth0", "fe80::1%eth0", "" },
		{ "[::1]", "::1", "" },
		{ "[::1]:7", "::1", "7" },
		{ "[fe80::1%eth0]:echo", "fe80::1%eth0", "echo" },
		{ "[::]:0", "::", "0" },
	};
	char host[ADDR_HOST], port[ADDR_PORT];
	struct errbuf err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		memset(host, '#', sizeof(host));
		memset(port, '#', sizeof(port));
		CHECK(addr_split(rows[i].text, host, port, &err) == 0,
		    "\"%s\": %s", rows[i].text, err.text);
		CHECK_TEXT(host, rows[i].host, "\"%s\"", rows[i].text);
		CHECK_TEXT(port, rows[i].port, "\"%s\"", rows[i].text);
	}
}

static void
scopes(void **state)
{
	static const struct {
		const char *text;
		bool lacks;
	} rows[] = {
		{ "fe80::1", true },
		{ "febf:ffff::1", true },
		{ "fe80::1%1", false },
		{ "fec0::1", false },
		{ "::1", false },
		{ "::", false },
		{ "2001:db8::1", false },
		{ "169.254.0.1", false },
	};
	struct addr addr = { .len = 0 };

	(void)state;
	assert_false(addr_lacks_scope(&addr));
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(addr_from_literal(&addr, rows[i].text, 7), 0);
		CHECK(addr_lacks_scope(&addr) == rows[i].lacks, "%s",
		    rows[i].text);
	}
}

static void
split_mistakes(void **state)
{
	static const struct {
		const char *text, *reason;
	} rows[] = {
		{ "[::1", "no closing ]" },
		{ "[", "no closing ]" },
		{ "[::1:7", "no closing ]" },
		{ "[::1]7", "only :PORT may follow" },
		{ "[::1] ", "only :PORT may follow" },
		{ "[::1]]", "only :PORT may follow" },
		{ "localhost:", "is not a port" },
		{ ":", "is not a port" },
		{ "[::1]:", "is not a port" },
		{ "localhost: 7", "is not a port" },
		{ "localhost:-1", "is not a port" },
		{ "localhost:+7", "is not a port" },
		{ ":65536", "65536 is out of range" },
		{ "[::1]:4294967303", "out of range" },
		/* A zone may not swallow the port. */
		{ "fe80::1%eth0:18302", "with a port needs [ ]" },
		{ "fe80::1%1:7", "with a port needs [ ]" },
		{ "::1:10000",
		    "\"::1:10000\": an IPv6 address with a port needs [ ], as "
		    "in [::1]:10000" },
		{ "2001:db8::1:18302", "needs [ ], as in [2001:db8::1]:18302" },
		{ "1:2:3:4:5:6:7:8:7", "as in [1:2:3:4:5:6:7:8]:7" },
		{ "::1:echo", "as in [::1]:echo" },
	};
	char host[ADDR_HOST], port[ADDR_PORT];
	struct errbuf err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK(addr_split(rows[i].text, host, port, &err) == -1,
		    "\"%s\"", rows[i].text);
		CHECK(strstr(err.text, rows[i].reason) != NULL, "\"%s\": %s",
		    rows[i].text, err.text);
	}
}

/* Names and ports just fit, or are refused; nothing is cut in silence. */
static void
split_lengths(void **state)
{
	char text[600], host[ADDR_HOST], port[ADDR_PORT];
	struct errbuf err;

	(void)state;
	for (size_t n = ADDR_HOST - 3; n <= ADDR_HOST + 3; n++) {
		bool fits = n < ADDR_HOST;

		memset(text, 'h', n);
		strcpy(text + n, ":7");
		CHECK((addr_split(text, host, port, &err) == 0) == fits, "%zu",
		    n);
		CHECK(!fits || strlen(host) == n, "%zu", n);
		text[n] = '\0';
		CHECK((addr_split(text, host, port, &err) == 0) == fits, "%zu",
		    n);
		memmove(text + 1, text, n);
		text[0] = '[';
		strcpy(text + n + 1, "]:7");
		CHECK((addr_split(text, host, port, &err) == 0) == fits, "%zu",
		    n);
	}
	for (size_t n = ADDR_PORT - 3; n <= ADDR_PORT + 3; n++) {
		bool fits = n < ADDR_PORT;

		strcpy(text, "h:");
		memset(text + 2, 's', n);
		text[n + 2] = '\0';
		CHECK((addr_split(text, host, port, &err) == 0) == fits, "%zu",
		    n);
		CHECK(!fits || strlen(port) == n, "%zu", n);
		/* Zeros in front do not make a number larger, but longer. */
		memset(text + 2, '0', n - 1);
		text[n + 1] = '7';
		CHECK((addr_split(text, host, port, &err) == 0) == fits, "%zu",
		    n);
		CHECK(!fits || strlen(port) == n, "%zu", n);
	}
}

static void
ports(void **state)
{
	static const char *const good[] = { "0", "1", "7", "007", "65535",
		"echo", "http-alt", "x11_1", "9pfs", "iso-tp0",
		"a123456789a123456789a123456789a" };
	static const char *const bad[] = { "", " ", "-", "-1", "+1", " 7", "7 ",
		"65536", "70000", "99999999999", "4294967303",
		"18446744073709551623", "7.5 ", "a b", "a\tb", "a\nb", "a\"b",
		"a;b", "\xc3\xa9", "*", "a123456789a123456789a123456789ab",
		"00000000000000000000000000000007",
		"0000000000000000000000000000000000000000000000000000000007" };
	struct errbuf err;

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		CHECK(addr_check_port(good[i], &err) == 0, "\"%s\": %s",
		    good[i], err.text);
	for (size_t i = 0; i < COUNT(bad); i++)
		CHECK(addr_check_port(bad[i], &err) == -1, "\"%s\"", bad[i]);
}

int
main(void)
{
	const struct CMUnitTest addr[] = {
		cmocka_unit_test(literals),
		cmocka_unit_test(no_literals),
		cmocka_unit_test(literals_of_the_library),
		cmocka_unit_test(from_sockaddr_takes_whole_addresses),
		cmocka_unit_test(empty_address),
		cmocka_unit_test(wildcards),
		cmocka_unit_test(equality),
		cmocka_unit_test(small_buffers_are_respected),
		cmocka_unit_test(split_forms),
		cmocka_unit_test(scopes),
		cmocka_unit_test(split_mistakes),
		cmocka_unit_test(split_lengths),
		cmocka_unit_test(ports),
	};

	return cmocka_run_group_tests(addr, NULL, NULL);
}
