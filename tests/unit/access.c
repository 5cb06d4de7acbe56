/* SPDX-License-Identifier: ISC */
/* access: networks are read strictly, and the longest prefix decides. */
#include "check.h"

#include <arpa/inet.h>

#include "common/errbuf.h"
#include "config/access.h"

static struct addr
address(const char *text)
{
	struct addr a;

	if (addr_from_literal(&a, text, 1234) == -1)
		memset(&a, 0, sizeof(a));
	return a;
}

/* A list from words: "+NETWORK" is allow, "-NETWORK" deny. */
static struct access_list
list_of(const char *text)
{
	static struct access_list list;
	char copy[512], *save, *word;
	struct errbuf err;

	list.count = 0;
	snprintf(copy, sizeof(copy), "%s", text);
	for (word = strtok_r(copy, " ", &save); word != NULL;
	     word = strtok_r(NULL, " ", &save)) {
		CHECK(access_rule_parse(&list.rules[list.count], word + 1,
			  word[0] == '-', &err) == 0,
		    "%s: %s", word, err.text);
		list.count++;
	}
	return list;
}

static void
good_networks(void **state)
{
	static const struct {
		const char *text, *wanted;
		int family, bits;
	} rows[] = {
		{ "192.0.2.0/24", "192.0.2.0/24", AF_INET, 24 },
		{ "192.0.2.1", "192.0.2.1/32", AF_INET, 32 },
		{ "192.0.2.1/32", "192.0.2.1/32", AF_INET, 32 },
		{ "0.0.0.0/0", "0.0.0.0/0", AF_INET, 0 },
		{ "128.0.0.0/1", "128.0.0.0/1", AF_INET, 1 },
		{ "254.0.0.0/7", "254.0.0.0/7", AF_INET, 7 },
		{ "255.0.0.0/8", "255.0.0.0/8", AF_INET, 8 },
		{ "10.128.0.0/9", "10.128.0.0/9", AF_INET, 9 },
		{ "255.255.255.254/31", "255.255.255.254/31", AF_INET, 31 },
		{ "255.255.255.255", "255.255.255.255/32", AF_INET, 32 },
		{ "::/0", "::/0", AF_INET6, 0 },
		{ "8000::/1", "8000::/1", AF_INET6, 1 },
		{ "fe00::/7", "fe00::/7", AF_INET6, 7 },
		{ "ff00::/8", "ff00::/8", AF_INET6, 8 },
		{ "2001:DB8::/32", "2001:db8::/32", AF_INET6, 32 },
		{ "2001:db8:0:0:0:0:0:0/127", "2001:db8::/127", AF_INET6, 127 },
		{ "::1", "::1/128", AF_INET6, 128 },
		/* Neighbours of what is IPv4. */
		{ "::fffe:0:0/95", "::fffe:0:0/95", AF_INET6, 95 },
		{ "::fffe:0:0/96", "::fffe:0:0/96", AF_INET6, 96 },
		{ "::1:0:0:0/80", "::1:0:0:0/80", AF_INET6, 80 },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128", AF_INET6,
		    128 },
	};
	struct access_rule rule, again;
	struct errbuf err;
	char text[ACCESS_TEXT];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK(access_rule_parse(&rule, rows[i].text, i % 2, &err) == 0,
		    "%s: %s", rows[i].text, err.text);
		CHECK(rule.family == rows[i].family, "%s", rows[i].text);
		CHECK(rule.bits == rows[i].bits, "%s", rows[i].text);
		CHECK(rule.deny == (i % 2 != 0), "%s", rows[i].text);
		access_rule_text(&rule, text, sizeof(text));
		CHECK_TEXT(text, rows[i].wanted, "%s", rows[i].text);
		assert_int_equal(access_rule_parse(&again, text, i % 2, &err),
		    0);
		assert_memory_equal(&rule, &again, sizeof(rule));
	}
}

static void
bad_networks(void **state)
{
	static const struct {
		const char *text, *reason;
	} rows[] = {
		{ "", "is not a network" },
		{ " ", "is not a network" },
		{ "/", "is not a network" },
		{ "/8", "is not a network" },
		{ "localhost", "is not a network" },
		{ "10", "is not a network" },
		{ "10.1", "is not a network" },
		{ "10.0.0", "is not a network" },
		{ "10.0.0.256", "is not a network" },
		{ "10.0.0.0.0", "is not a network" },
		{ "010.0.0.0/8", "is not a network" },
		{ "0x0a.0.0.0/8", "is not a network" },
		{ " 10.0.0.0/8", "is not a network" },
		{ "10.0.0.0 /8", "is not a network" },
		{ "*", "is not a network" },
		{ "any", "is not a network" },
		{ ":", "is not a network" },
		{ ":::", "is not a network" },
		{ "2001:db8::g", "is not a network" },
		{ "[::1]", "is not a network" },
		{ "fe80::1%lo", "is not a network" },
		{ "10.0.0.0/255.0.0.0", "whole number" },
		{ "10.0.0.0/", "prefix length" },
		{ "10.0.0.0/x", "prefix length" },
		{ "10.0.0.0/ 8", "prefix length" },
		{ "10.0.0.0/+8", "prefix length" },
		{ "10.0.0.0/-8", "out of range" },
		{ "10.0.0.0/8 ", "prefix length" },
		{ "10.0.0.0/8/8", "prefix length" },
		{ "10.0.0.0/8.0", "prefix length" },
		{ "10.0.0.0/33", "out of range (0 to 32)" },
		{ "10.0.0.0/4294967304", "out of range" },
		{ "10.0.0.0/99999999999999999999", "out of range" },
		{ "::/129", "out of range (0 to 128)" },
		{ "10.0.0.1/8", "bits set beyond" },
		{ "10.0.0.1/0", "bits set beyond" },
		{ "128.0.0.0/0", "bits set beyond" },
		{ "64.0.0.0/1", "bits set beyond" },
		{ "1.0.0.0/7", "bits set beyond" },
		{ "10.64.0.0/9", "bits set beyond" },
		{ "192.0.2.1/31", "bits set beyond" },
		{ "2001:db8::1/127", "bits set beyond" },
		{ "::1/0", "bits set beyond" },
		/* No IPv6 client has such an address. */
		{ "::ffff:10.0.0.0/104", "is IPv4: write \"10.0.0.0/8\"" },
		{ "::FFFF:a00:0/104", "is IPv4: write \"10.0.0.0/8\"" },
		{ "::ffff:10.0.0.1", "is IPv4: write \"10.0.0.1/32\"" },
		{ "::ffff:0.0.0.0/96", "is IPv4: write \"0.0.0.0/0\"" },
		{ "1111111111111111111111111111111111111111111111111111111"
		  "11111111111111111111111",
		    "is not a network" },
	};
	struct access_rule rule;
	struct errbuf err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		err.text[0] = '\0';
		CHECK(access_rule_parse(&rule, rows[i].text, false, &err) == -1,
		    "\"%s\"", rows[i].text);
		CHECK(strstr(err.text, rows[i].reason) != NULL, "\"%s\": %s",
		    rows[i].text, err.text);
	}
}

/* Each network holds its first and last address and neither neighbour. */
static void
borders(void **state)
{
	static const struct {
		const char *network, *before, *first, *last, *after;
	} rows[] = {
		{ "0.0.0.0/0", NULL, "0.0.0.0", "255.255.255.255", NULL },
		{ "128.0.0.0/1", "127.255.255.255", "128.0.0.0",
		    "255.255.255.255", NULL },
		{ "0.0.0.0/1", NULL, "0.0.0.0", "127.255.255.255",
		    "128.0.0.0" },
		{ "10.0.0.0/7", "9.255.255.255", "10.0.0.0", "11.255.255.255",
		    "12.0.0.0" },
		{ "10.0.0.0/8", "9.255.255.255", "10.0.0.0", "10.255.255.255",
		    "11.0.0.0" },
		{ "10.128.0.0/9", "10.127.255.255", "10.128.0.0",
		    "10.255.255.255", "11.0.0.0" },
		{ "192.0.2.8/30", "192.0.2.7", "192.0.2.8", "192.0.2.11",
		    "192.0.2.12" },
		{ "192.0.2.8/31", "192.0.2.7", "192.0.2.8", "192.0.2.9",
		    "192.0.2.10" },
		{ "192.0.2.8/32", "192.0.2.7", "192.0.2.8", "192.0.2.8",
		    "192.0.2.9" },
		{ "::/0", NULL, "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		    NULL },
		{ "8000::/1", "7fff:ffff::", "8000::", "ffff::", NULL },
		{ "fe00::/7", "fdff:ffff::", "fe00::", "ffff:ffff::", NULL },
		{ "fe80::/10",
		    "fe7f:ffff::", "fe80::", "febf:ffff::", "fec0::" },
		{ "2001:db8::/32", "2001:db7:ffff::", "2001:db8::",
		    "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::" },
		{ "2001:db8::8/127", "2001:db8::7", "2001:db8::8",
		    "2001:db8::9", "2001:db8::a" },
		{ "2001:db8::8/128", "2001:db8::7", "2001:db8::8",
		    "2001:db8::8", "2001:db8::9" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *in[] = { rows[i].first, rows[i].last };
		const char *out[] = { rows[i].before, rows[i].after };
		char allow[64], deny[64];

		snprintf(allow, sizeof(allow), "+%s", rows[i].network);
		snprintf(deny, sizeof(deny), "-%s", rows[i].network);
		for (int k = 0; k < 2; k++) {
			struct addr a = address(in[k]);
			struct access_list list = list_of(allow);

			CHECK(access_allows(&list, &a), "%s in %s", in[k],
			    allow);
			list = list_of(deny);
			CHECK(!access_allows(&list, &a), "%s in %s", in[k],
			    deny);
			if (out[k] == NULL)
				continue;
			a = address(out[k]);
			list = list_of(allow);
			CHECK(!access_allows(&list, &a), "%s not in %s", out[k],
			    allow);
			list = list_of(deny);
			CHECK(access_allows(&list, &a), "%s not in %s", out[k],
			    deny);
		}
	}
}

static void
decisions(void **state)
{
	static const struct {
		const char *list, *peer;
		bool allowed;
	} rows[] = {
		/* No list, no restriction. */
		{ "", "192.0.2.1", true },
		{ "", "2001:db8::1", true },
		/* With any allow the rest is denied, of either family. */
		{ "+192.0.2.0/24", "192.0.3.1", false },
		{ "+192.0.2.0/24", "2001:db8::1", false },
		{ "+2001:db8::/32", "192.0.2.1", false },
		/* With deny alone the rest is allowed. */
		{ "-192.0.2.0/24", "192.0.3.1", true },
		{ "-0.0.0.0/0", "2001:db8::1", true },
		{ "-::/0", "192.0.2.1", true },
		/* The longest prefix decides, wherever it stands. */
		{ "+10.0.0.0/8 -10.1.0.0/16", "10.1.0.1", false },
		{ "-10.1.0.0/16 +10.0.0.0/8", "10.1.0.1", false },
		{ "+10.0.0.0/8 -10.1.0.0/16", "10.2.0.1", true },
		{ "-10.0.0.0/8 +10.1.0.0/16", "10.1.0.1", true },
		{ "+10.1.0.0/16 -10.0.0.0/8", "10.1.0.1", true },
		{ "+10.1.0.0/16 -10.0.0.0/8", "10.2.0.1", false },
		{ "+10.0.0.0/8 -10.1.0.0/16 +10.1.2.0/24", "10.1.2.3", true },
		{ "+10.0.0.0/8 -10.1.0.0/16 +10.1.2.0/24", "10.1.3.3", false },
		{ "+0.0.0.0/0 -192.0.2.1", "192.0.2.1", false },
		{ "+0.0.0.0/0 -192.0.2.1", "192.0.2.2", true },
		{ "+::/0 -2001:db8::/64 +2001:db8::1", "2001:db8::1", true },
		{ "+::/0 -2001:db8::/64 +2001:db8::1", "2001:db8::2", false },
		/* Deny wins a tie, in both orders. */
		{ "+10.0.0.0/8 -10.0.0.0/8", "10.0.0.1", false },
		{ "-10.0.0.0/8 +10.0.0.0/8", "10.0.0.1", false },
		{ "+::1 -::1", "::1", false },
		{ "-::1 +::1", "::1", false },
		{ "-0.0.0.0/0 +0.0.0.0/0", "10.0.0.1", false },
		/* The bytes of one family are not those of the other. */
		{ "-0.0.0.0/0", "::", true },
		{ "+0.0.0.0/0", "::", false },
		{ "-::/0", "0.0.0.0", true },
		{ "-a00::/8", "10.0.0.0", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct access_list list = list_of(rows[i].list);
		struct addr peer = address(rows[i].peer);

		CHECK(access_allows(&list, &peer) == rows[i].allowed,
		    "%s with %s", rows[i].peer, rows[i].list);
	}
}

/* A client without an address does not match an allow list. */
static void
unknown_peer(void **state)
{
	struct addr nobody = { .len = 0 };
	struct access_list list;

	(void)state;
	list = list_of("");
	assert_true(access_allows(&list, &nobody));
	list = list_of("+0.0.0.0/0 +::/0");
	assert_false(access_allows(&list, &nobody));
	list = list_of("-0.0.0.0/0 -::/0");
	assert_true(access_allows(&list, &nobody));
}

static void
full_list(void **state)
{
	static struct access_list list;
	struct addr in = address("10.3.255.255"), out = address("10.4.0.0");
	struct errbuf err;
	char text[ACCESS_TEXT];

	(void)state;
	for (unsigned i = 0; i < ACCESS_RULES; i++) {
		snprintf(text, sizeof(text), "10.%u.%u.0/24", i / 256, i % 256);
		assert_int_equal(access_rule_parse(&list.rules[i], text, false,
				     &err),
		    0);
		list.count++;
	}
	assert_true(access_allows(&list, &in));
	assert_false(access_allows(&list, &out));
}

int
main(void)
{
	const struct CMUnitTest access[] = {
		cmocka_unit_test(good_networks),
		cmocka_unit_test(bad_networks),
		cmocka_unit_test(borders),
		cmocka_unit_test(decisions),
		cmocka_unit_test(unknown_peer),
		cmocka_unit_test(full_list),
	};

	return cmocka_run_group_tests(access, NULL, NULL);
}
