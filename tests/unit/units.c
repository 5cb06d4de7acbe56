/* SPDX-License-Identifier: ISC */
/* units: numbers are read strictly, and what is printed reads the same. */
#include "check.h"

#include <inttypes.h>

#include "common/errbuf.h"
#include "common/units.h"

#define WEEK_MS (7 * 86400 * INT64_C(1000))

static void
integers(void **state)
{
	static const struct {
		const char *text;
		int64_t min, max, value;
	} rows[] = {
		{ "0", 0, 0, 0 },
		{ "1", 0, 1, 1 },
		{ "007", 0, 7, 7 },
		{ "-1", -1, 1, -1 },
		{ "-0", 0, 1, 0 },
		{ "65535", 0, 65535, 65535 },
		{ "4294967303", 0, INT64_MAX, 4294967303 },
		{ "9223372036854775807", INT64_MIN, INT64_MAX, INT64_MAX },
		{ "-9223372036854775808", INT64_MIN, INT64_MAX, INT64_MIN },
	};
	struct errbuf err;
	int64_t n;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK(units_integer(rows[i].text, rows[i].min, rows[i].max, &n,
			  &err) == 0,
		    "%s: %s", rows[i].text, err.text);
		CHECK(n == rows[i].value, "%s", rows[i].text);
	}
}

static void
bad_integers(void **state)
{
	static const struct {
		const char *text, *reason;
	} rows[] = {
		{ "", "is not a number" },
		{ " ", "is not a number" },
		{ " 1", "is not a number" },
		{ "+1", "is not a number" },
		{ "-", "is not a number" },
		{ "--1", "is not a number" },
		{ "x", "is not a number" },
		{ "inf", "is not a number" },
		{ "nan", "is not a number" },
		{ ".5", "is not a number" },
		{ "1 ", "is not a whole number" },
		{ "1x", "is not a whole number" },
		{ "0x10", "is not a whole number" },
		{ "1.0", "is not a whole number" },
		{ "1e3", "is not a whole number" },
		{ "1,000", "is not a whole number" },
		{ "5k", "is not a whole number" },
		{ "1\n", "is not a whole number" },
		{ "0", "0 is out of range (1 to 65535)" },
		{ "-1", "-1 is out of range (1 to 65535)" },
		{ "65536", "65536 is out of range (1 to 65535)" },
		{ "4294967303", "out of range" },
		{ "9223372036854775808", "out of range" },
		{ "-9223372036854775809", "out of range" },
		{ "18446744073709551623", "out of range" },
		{ "99999999999999999999999999999999999", "out of range" },
	};
	struct errbuf err;
	int64_t n = 4711;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK(units_integer(rows[i].text, 1, 65535, &n, &err) == -1,
		    "\"%s\"", rows[i].text);
		CHECK(strstr(err.text, rows[i].reason) != NULL, "\"%s\": %s",
		    rows[i].text, err.text);
		CHECK(n == 4711, "\"%s\"", rows[i].text);
	}
	/* Even with the widest bounds nothing wraps. */
	assert_int_equal(units_integer("9223372036854775808", INT64_MIN,
			     INT64_MAX, &n, &err),
	    -1);
	assert_int_equal(units_integer("-9223372036854775809", INT64_MIN,
			     INT64_MAX, &n, &err),
	    -1);
}

static void
seconds(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} rows[] = {
		{ "0", 0 },
		{ "0.0", 0 },
		{ "0.000", 0 },
		{ "30", 30000 },
		{ "0.25", 250 },
		{ ".5", 500 },
		{ "1.", 1000 },
		{ "1.001", 1001 },
		{ "0.001", 1 },
		{ "604800", WEEK_MS },
		{ "1e2", 100000 },
		{ "2.5E-1", 250 },
		/* Positive is never nothing, which would mean no bound. */
		{ "0.0001", 1 },
		{ "0.0000001", 1 },
		{ "1e-9", 1 },
		{ "1e-10", 1 },
		{ "1e-300", 1 },
	};
	struct errbuf err;
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK(units_seconds(rows[i].text, 0, WEEK_MS, &ms, &err) == 0,
		    "%s: %s", rows[i].text, err.text);
		CHECK(ms == rows[i].ms, "%s: %" PRId64, rows[i].text, ms);
	}
}

static void
bad_seconds(void **state)
{
	static const struct {
		const char *text, *reason;
	} rows[] = {
		{ "", "not a number of seconds" },
		{ " ", "not a number of seconds" },
		{ " 1", "not a number of seconds" },
		{ "1 ", "not a number of seconds" },
		{ "x", "not a number of seconds" },
		{ "1x", "not a number of seconds" },
		{ "1s", "not a number of seconds" },
		{ "1.5.5", "not a number of seconds" },
		{ "1e", "not a number of seconds" },
		{ "e", "not a number of seconds" },
		{ ".", "not a number of seconds" },
		{ "-", "not a number of seconds" },
		{ "--1", "not a number of seconds" },
		{ "inf", "not a number of seconds" },
		{ "-inf", "not a number of seconds" },
		{ "INFINITY", "not a number of seconds" },
		{ "nan", "not a number of seconds" },
		{ "nan(1)", "not a number of seconds" },
		{ "0x10", "not a number of seconds" },
		{ "0x1p3", "not a number of seconds" },
		{ "1e999", "not a number of seconds" },
		{ "1,5", "not a number of seconds" },
		{ "-1", "-1 is out of range (0.5 to 604800 seconds)" },
		{ "-0.001", "out of range" },
		{ "0", "0 is out of range (0.5 to 604800 seconds)" },
		{ "0.499", "out of range" },
		{ "604800.001", "out of range" },
		{ "604801", "out of range" },
		{ "1e300", "out of range" },
		{ "99999999999999999999", "out of range" },
	};
	struct errbuf err;
	int64_t ms = 4711;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK(units_seconds(rows[i].text, 500, WEEK_MS, &ms, &err) ==
			-1,
		    "\"%s\": %" PRId64, rows[i].text, ms);
		CHECK(strstr(err.text, rows[i].reason) != NULL, "\"%s\": %s",
		    rows[i].text, err.text);
		CHECK(ms == 4711, "\"%s\"", rows[i].text);
	}
	assert_int_equal(units_seconds("0.5", 500, WEEK_MS, &ms, &err), 0);
	assert_int_equal(units_seconds("604800", 500, WEEK_MS, &ms, &err), 0);
}

static void
seconds_text(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} rows[] = {
		{ 0, "0" },
		{ 1, "0.001" },
		{ 10, "0.01" },
		{ 100, "0.1" },
		{ 250, "0.25" },
		{ 1000, "1" },
		{ 1500, "1.5" },
		{ 30000, "30" },
		{ 100000, "100" },
		{ 100100, "100.1" },
		{ WEEK_MS, "604800" },
		{ 52 * WEEK_MS - 1, "31449599.999" },
		{ 52 * WEEK_MS, "31449600" },
	};
	char text[32];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		units_seconds_text(rows[i].ms, text, sizeof(text));
		CHECK_TEXT(text, rows[i].text, "%" PRId64, rows[i].ms);
	}
}

static void
round_trip(int64_t wanted)
{
	struct errbuf err;
	char text[32];
	int64_t ms;

	units_seconds_text(wanted, text, sizeof(text));
	CHECK(units_seconds(text, 0, 52 * WEEK_MS, &ms, &err) == 0, "%s: %s",
	    text, err.text);
	CHECK(ms == wanted, "%s: %" PRId64, text, ms);
}

/* Whatever can be configured is printed so that it reads the same. */
static void
seconds_round_trip(void **state)
{
	uint32_t seed = 2463534242;

	(void)state;
	for (int64_t ms = 0; ms <= 70000; ms++)
		round_trip(ms);
	for (int i = 0; i < 70000; i++) {
		uint64_t high = check_random(&seed);

		round_trip((int64_t)((high << 16 | check_random(&seed)) %
		    (52 * WEEK_MS + 1)));
	}
	for (int64_t ms = 52 * WEEK_MS - 5000; ms <= 52 * WEEK_MS; ms++)
		round_trip(ms);
}

int
main(void)
{
	const struct CMUnitTest units[] = {
		cmocka_unit_test(integers),
		cmocka_unit_test(bad_integers),
		cmocka_unit_test(seconds),
		cmocka_unit_test(bad_seconds),
		cmocka_unit_test(seconds_text),
		cmocka_unit_test(seconds_round_trip),
	};

	return cmocka_run_group_tests(units, NULL, NULL);
}
