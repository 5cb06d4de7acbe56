/* SPDX-License-Identifier: ISC */
/* target: what the words of a command line mean, and what they do not. */
#include "check.h"

#include <inttypes.h>

#include "client/core/failure.h"
#include "client/net/target.h"
#include "client/options.h"

/* A name as long as the DNS allows, and one that is longer. */
#define TEN "abcdefghi."
#define FIFTY TEN TEN TEN TEN TEN
#define NAME_253 FIFTY FIFTY FIFTY FIFTY FIFTY "abc"

/* Up to two words, and up to two -p. */
struct row {
	const char *words[3], *ports[2];
};

static struct options
command_line(const struct row *row)
{
	struct options opt;

	memset(&opt, 0, sizeof(opt));
	opt.timeout_ns = INT64_C(5000000000);
	for (size_t i = 0; i < COUNT(row->words) && row->words[i] != NULL; i++)
		opt.words.item[opt.words.count++] = row->words[i];
	for (size_t i = 0; i < COUNT(row->ports) && row->ports[i] != NULL; i++)
		opt.ports.item[opt.ports.count++] = row->ports[i];
	return opt;
}

static const char *
text(const struct row *row)
{
	static char buf[1000];

	snprintf(buf, sizeof(buf), "\"%s\" \"%s\" -p \"%s\" -p \"%s\"",
	    row->words[0] != NULL ? row->words[0] : "",
	    row->words[1] != NULL ? row->words[1] : "",
	    row->ports[0] != NULL ? row->ports[0] : "",
	    row->ports[1] != NULL ? row->ports[1] : "");
	return buf;
}

static void
good_forms(void **state)
{
	static const struct {
		struct row row;
		const char *host;
		uint16_t port; /* 0: a service, not looked up yet */
	} rows[] = {
		{ { { 0 }, { 0 } }, "localhost", 10000 },
		{ { { 0 }, { "7" } }, "localhost", 7 },
		{ { { "host" }, { 0 } }, "host", 10000 },
		{ { { "host" }, { "7" } }, "host", 7 },
		{ { { "host", "7" }, { 0 } }, "host", 7 },
		{ { { "host:7" }, { 0 } }, "host", 7 },
		{ { { "host:1" }, { 0 } }, "host", 1 },
		{ { { "host:65535" }, { 0 } }, "host", 65535 },
		{ { { "host:00080" }, { 0 } }, "host", 80 },
		{ { { "host:echo" }, { 0 } }, "host", 0 },
		{ { { "host", "echo" }, { 0 } }, "host", 0 },
		{ { { "host" }, { "iso-tsap" } }, "host", 0 },
		{ { { ":7" }, { 0 } }, "localhost", 7 },
		{ { { "host." }, { 0 } }, "host.", 10000 },
		{ { { "host.:7" }, { 0 } }, "host.", 7 },
		{ { { "ping:10000" }, { 0 } }, "ping", 10000 },
		{ { { "3com.example" }, { 0 } }, "3com.example", 10000 },
		{ { { "127.0.0.1" }, { 0 } }, "127.0.0.1", 10000 },
		{ { { "127.0.0.1:7" }, { 0 } }, "127.0.0.1", 7 },
		{ { { "127.0.0.1", "7" }, { 0 } }, "127.0.0.1", 7 },
		{ { { "::1" }, { 0 } }, "::1", 10000 },
		{ { { "::1", "7" }, { 0 } }, "::1", 7 },
		{ { { "::1" }, { "7" } }, "::1", 7 },
		{ { { "[::1]" }, { 0 } }, "::1", 10000 },
		{ { { "[::1]:7" }, { 0 } }, "::1", 7 },
		{ { { "[::1]:echo" }, { 0 } }, "::1", 0 },
		{ { { "[::1]", "7" }, { 0 } }, "::1", 7 },
		{ { { "2001:db8::7" }, { 0 } }, "2001:db8::7", 10000 },
		{ { { "[2001:db8::7]:8" }, { 0 } }, "2001:db8::7", 8 },
		{ { { "::ffff:192.0.2.1" }, { 0 } }, "::ffff:192.0.2.1",
		    10000 },
		{ { { "fe80::1%eth0" }, { 0 } }, "fe80::1%eth0", 10000 },
		{ { { "[fe80::1%eth0]:7" }, { 0 } }, "fe80::1%eth0", 7 },
		{ { { "[127.0.0.1]:7" }, { 0 } }, "127.0.0.1", 7 },
		{ { { NAME_253 }, { 0 } }, NAME_253, 10000 },
		{ { { NAME_253 ":7" }, { 0 } }, NAME_253, 7 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct options opt = command_line(&rows[i].row);
		struct failure f = { 0 };
		struct target t;

		CHECK(target_read(&t, &opt, &f) == 0, "%s: %s",
		    text(&rows[i].row), f.why.text);
		CHECK_TEXT(t.host, rows[i].host, "%s", text(&rows[i].row));
		CHECK(t.port == rows[i].port, "%s: %u", text(&rows[i].row),
		    t.port);
		CHECK(t.count == 0, "%s", text(&rows[i].row));
	}
}

static void
bad_forms(void **state)
{
	static const struct {
		struct row row;
		const char *reason;
	} rows[] = {
		/* a port too many */
		{ { { "host:7", "7" }, { 0 } }, "more than once" },
		{ { { "host:7" }, { "7" } }, "more than once" },
		{ { { "host", "7" }, { "7" } }, "more than once" },
		{ { { "host" }, { "7", "7" } }, "more than once" },
		{ { { 0 }, { "7", "8" } }, "more than once" },
		{ { { "[::1]:7", "7" }, { 0 } }, "more than once" },
		/* no port at all */
		{ { { "host:0" }, { 0 } }, "0" },
		{ { { "host:65536" }, { 0 } }, "65536 is out of range (1 to" },
		{ { { "host:70000" }, { 0 } }, "70000" },
		{ { { "host:4294967303" }, { 0 } }, "4294967303" },
		{ { { "host:18446744073709551623" }, { 0 } },
		    "18446744073709551623" },
		{ { { "host:" }, { 0 } }, "" },
		{ { { "host:-1" }, { 0 } }, "-1" },
		{ { { "host:+7" }, { 0 } }, "+7" },
		{ { { "host: 7" }, { 0 } }, " 7" },
		{ { { "host:7 " }, { 0 } }, "7 " },
		{ { { "host:a b" }, { 0 } }, "a b" },
		{ { { "host", "65536" }, { 0 } }, "65536" },
		{ { { "host", "" }, { 0 } }, "" },
		{ { { "host", "-1" }, { 0 } }, "-1" },
		{ { { 0 }, { "0" } }, "0 is out of range (1 to" },
		{ { { 0 }, { "" } }, "" },
		{ { { 0 }, { "65536" } }, "65536" },
		{ { { 0 }, { "12x 4" } }, "12x 4" },
		{ { { 0 }, { "7\n" } }, "" },
		{ { { 0 }, { "0000000000000000000000000000000080" } },
		    "too long" },
		{ { { "[::1]:0" }, { 0 } }, "0" },
		{ { { "[::1]:" }, { 0 } }, "" },
		/* brackets */
		{ { { "[::1" }, { 0 } }, "]" },
		{ { { "[::1:7" }, { 0 } }, "]" },
		{ { { "[::1]7" }, { 0 } }, "]" },
		{ { { "[::1]x:7" }, { 0 } }, "]" },
		{ { { "[" }, { 0 } }, "]" },
		/* no host */
		{ { { "7" }, { 0 } }, "not a host" },
		{ { { "10000" }, { 0 } }, "not a host" },
		{ { { "7", "8" }, { 0 } }, "not a host" },
		{ { { NAME_253 "d" }, { 0 } }, "too long" },
		{ { { NAME_253 "d:7" }, { 0 } }, "too long" },
		{ { { "[" NAME_253 "d]:7" }, { 0 } }, "too long" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct options opt = command_line(&rows[i].row);
		struct failure f = { 0 };
		struct target t;

		CHECK(target_read(&t, &opt, &f) == -1, "%s",
		    text(&rows[i].row));
		CHECK(f.outcome == OUTCOME_USAGE, "%s: %d", text(&rows[i].row),
		    f.outcome);
		CHECK(strstr(f.why.text, rows[i].reason) != NULL, "%s: %s",
		    text(&rows[i].row), f.why.text);
		CHECK(f.why.text[0] != '\0', "%s", text(&rows[i].row));
	}
}

static int
resolve(struct target *t, struct options *opt, struct failure *f)
{
	memset(f, 0, sizeof(*f));
	if (target_read(t, opt, f) == -1)
		return -1;
	return target_resolve(t, opt, f);
}

static void
check_address(const struct target *t, unsigned i, const char *wanted)
{
	char is[ADDR_TEXT];

	CHECK(i < t->count, "%u of %u", i, t->count);
	addr_text(&t->address[i], is, sizeof(is));
	CHECK_TEXT(is, wanted, "%u", i);
}

/* They ask no name service. */
static void
literals_resolve(void **state)
{
	static const struct {
		const char *word, *address;
	} rows[] = {
		{ "127.0.0.1:7", "127.0.0.1:7" },
		{ "192.0.2.1", "192.0.2.1:10000" },
		{ "[::1]:7", "[::1]:7" },
		{ "2001:db8::1", "[2001:db8::1]:10000" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row row = { { rows[i].word }, { 0 } };
		struct options opt = command_line(&row);
		struct failure f;
		struct target t;

		CHECK(resolve(&t, &opt, &f) == 0, "%s: %s", rows[i].word,
		    f.why.text);
		CHECK(t.count == 1, "%s: %u", rows[i].word, t.count);
		check_address(&t, 0, rows[i].address);
	}
}

static void
given_addresses_come_first(void **state)
{
	static const struct row row = { { "Two.example:7" }, { 0 } };
	struct options opt = command_line(&row);
	struct failure f;
	struct target t;

	(void)state;
	opt.resolve.item[0] = "two.example:8:192.0.2.8";
	opt.resolve.item[1] = "two.example:7:192.0.2.7";
	opt.resolve.item[2] = "one.example:7:192.0.2.6";
	opt.resolve.item[3] = "TWO.EXAMPLE:7:[2001:db8::7]";
	opt.resolve.item[4] = "two.example:7:2001:db8::8";
	opt.resolve.item[5] = "two.example..:7:192.0.2.9";
	opt.resolve.count = 6;
	assert_int_equal(resolve(&t, &opt, &f), 0);
	assert_int_equal(t.count, 3);
	check_address(&t, 0, "192.0.2.7:7");
	check_address(&t, 1, "[2001:db8::7]:7");
	check_address(&t, 2, "[2001:db8::8]:7");

	opt.only_v4 = true;
	assert_int_equal(resolve(&t, &opt, &f), 0);
	assert_int_equal(t.count, 1);
	check_address(&t, 0, "192.0.2.7:7");

	opt.only_v4 = false;
	opt.only_v6 = true;
	assert_int_equal(resolve(&t, &opt, &f), 0);
	assert_int_equal(t.count, 2);
	check_address(&t, 0, "[2001:db8::7]:7");
}

/* As many as there is room for on a command line. */
static void
many_addresses_are_given(void **state)
{
	static const struct row row = { { "many.example:7" }, { 0 } };
	static char items[OPTIONS_LIST][64];
	struct options opt = command_line(&row);
	struct failure f;
	struct target t;

	(void)state;
	for (unsigned i = 0; i < OPTIONS_LIST; i++) {
		snprintf(items[i], sizeof(items[i]),
		    "many.example:7:192.0.2.%u", i + 1);
		opt.resolve.item[opt.resolve.count++] = items[i];
	}
	assert_int_equal(resolve(&t, &opt, &f), 0);
	assert_int_equal(t.count, OPTIONS_LIST);
	for (unsigned i = 0; i < OPTIONS_LIST; i++) {
		char wanted[ADDR_TEXT];

		snprintf(wanted, sizeof(wanted), "192.0.2.%u:7", i + 1);
		check_address(&t, i, wanted);
	}
}

/* A dot at the end of either, and brackets around the host. */
static void
given_hosts_match(void **state)
{
	static const struct {
		const char *word, *item;
	} rows[] = {
		{ "ping.:7", "ping:7:192.0.2.7" },
		{ "ping:7", "PING.:7:192.0.2.7" },
		{ "ping.:7", "ping.:7:192.0.2.7" },
		{ "[2001:db8::1]:7", "[2001:db8::1]:7:192.0.2.7" },
		{ "[::1]:7", "[::1]:7:[192.0.2.7]" },
		{ "host:7", "[host]:7:192.0.2.7" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row row = { { rows[i].word }, { 0 } };
		struct options opt = command_line(&row);
		struct failure f;
		struct target t;

		opt.resolve.item[opt.resolve.count++] = rows[i].item;
		CHECK(resolve(&t, &opt, &f) == 0, "%s: %s", rows[i].item,
		    f.why.text);
		CHECK(t.count == 1, "%s: %u", rows[i].item, t.count);
		check_address(&t, 0, "192.0.2.7:7");
	}
}

static void
bad_addresses_are_given(void **state)
{
	static const char *const no_address[] = { "a:1:bad", "a:7:127.1",
		"a:7:[::1", "[::1]:7:x" };
	static const char *const items[] = { "", ":", "::", "x", "a:7",
		"a:7:", ":7:192.0.2.1", "a::192.0.2.1", "a:0:192.0.2.1",
		"a:65536:192.0.2.1", "a:65543:192.0.2.1", "a:-1:192.0.2.1",
		"a:7x:192.0.2.1", "a: 7:192.0.2.1", "a:+7:192.0.2.1",
		"a:echo:192.0.2.1", "a:7:192.0.2", "a:7:127.1", "a:7:localhost",
		"a:7:192.0.2.1:9", "a:7:[::1", "a:7:::1]", "a:7:[::1]9",
		"a:7:[]", "a:7:[", "a:7:192.0.2.1 ", "a:7: 192.0.2.1",
		"a:7:::1%nosuchinterface",
		("a:7:1:2:3:4:5:6:7:8:9:10:11:12:13:14:15:16:17:18:19:20:21:22:"
		 "23:24:25:26:27:28:29:30:31:32:33:34:35:36:37:38") };
	static const struct row row = { { "127.0.0.1:7" }, { 0 } };
	struct options opt = command_line(&row);
	struct failure f;
	struct target t;

	(void)state;
	opt.resolve.count = 1;
	for (size_t i = 0; i < COUNT(items); i++) {
		opt.resolve.item[0] = items[i];
		CHECK(resolve(&t, &opt, &f) == -1, "\"%s\"", items[i]);
		CHECK(f.outcome == OUTCOME_USAGE, "\"%s\"", items[i]);
		CHECK(strstr(f.why.text, "--resolve") != NULL, "\"%s\": %s",
		    items[i], f.why.text);
	}
	for (size_t i = 0; i < COUNT(no_address); i++) {
		opt.resolve.item[0] = no_address[i];
		CHECK(resolve(&t, &opt, &f) == -1, "\"%s\"", no_address[i]);
		CHECK(strstr(f.why.text, "is not an address") != NULL,
		    "\"%s\": %s", no_address[i], f.why.text);
	}
}

/* An address has a family, and no service has that name. */
static void
does_not_resolve(void **state)
{
	static const struct {
		const char *word;
		bool only_v4, only_v6;
	} rows[] = {
		{ "127.0.0.1:7", false, true },
		{ "[::1]:7", true, false },
		{ "127.0.0.1:no-such-service", false, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row row = { { rows[i].word }, { 0 } };
		struct options opt = command_line(&row);
		struct failure f;
		struct target t;

		opt.only_v4 = rows[i].only_v4;
		opt.only_v6 = rows[i].only_v6;
		CHECK(resolve(&t, &opt, &f) == -1, "%s", rows[i].word);
		CHECK(f.outcome == OUTCOME_RESOLVE, "%s: %d", rows[i].word,
		    f.outcome);
		CHECK(f.why.text[0] != '\0', "%s", rows[i].word);
	}
}

int
main(void)
{
	const struct CMUnitTest units[] = {
		cmocka_unit_test(good_forms),
		cmocka_unit_test(bad_forms),
		cmocka_unit_test(literals_resolve),
		cmocka_unit_test(given_addresses_come_first),
		cmocka_unit_test(many_addresses_are_given),
		cmocka_unit_test(given_hosts_match),
		cmocka_unit_test(bad_addresses_are_given),
		cmocka_unit_test(does_not_resolve),
	};

	return cmocka_run_group_tests(units, NULL, NULL);
}
