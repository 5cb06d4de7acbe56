/* SPDX-License-Identifier: ISC */
/* units: numbers are read strictly, and what is printed reads the same. */
#include "check.h"

#include <inttypes.h>
#include <locale.h>

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
		{ "1.0005", 1001 },
		{ "31449599.999", INT64_C(31449599999) },
	};
	struct errbuf err;
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK(units_seconds(rows[i].text, 0, 52 * WEEK_MS, &ms, &err) ==
			0,
		    "%s: %s", rows[i].text, err.text);
		CHECK(ms == rows[i].ms, "%s: %" PRId64, rows[i].text, ms);
		/* What it is rounded to is what the bounds are for. */
		CHECK(units_seconds(rows[i].text, ms, ms, &ms, &err) == 0,
		    "%s: %s", rows[i].text, err.text);
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
	/* Nor is what is a little below 0 rounded to no bound. */
	assert_int_equal(units_seconds("-0.0001", 0, WEEK_MS, &ms, &err), -1);
	assert_int_equal(units_seconds("9223372036854775.808", 0, INT64_MAX,
			     &ms, &err),
	    -1);
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

#define SECOND INT64_C(1000000000)
#define HOUR (3600 * SECOND)

/* One of the three functions for numbers with a unit. */
typedef int reader(const char *, int64_t, int64_t, int64_t *, struct errbuf *);

struct good_row {
	const char *text;
	int64_t value;
};

struct bad_row {
	const char *text, *reason;
};

static void
check_good(reader *read, const struct good_row *rows, size_t n)
{
	struct errbuf err = { "" };
	int64_t value;

	for (size_t i = 0; i < n; i++) {
		CHECK(read(rows[i].text, 0, INT64_MAX, &value, &err) == 0,
		    "%s: %s", rows[i].text, err.text);
		CHECK(value == rows[i].value, "%s: %" PRId64, rows[i].text,
		    value);
	}
}

/* Each of these is refused, for its reason, and nothing is written. */
static void
check_bad(reader *read, int64_t min, int64_t max, const struct bad_row *rows,
    size_t n)
{
	struct errbuf err;
	int64_t value = 4711;

	for (size_t i = 0; i < n; i++) {
		CHECK(read(rows[i].text, min, max, &value, &err) == -1,
		    "\"%s\": %" PRId64, rows[i].text, value);
		CHECK(strstr(err.text, rows[i].reason) != NULL, "\"%s\": %s",
		    rows[i].text, err.text);
		CHECK(value == 4711, "\"%s\"", rows[i].text);
	}
}

static void
durations(void **state)
{
	static const struct good_row rows[] = {
		{ "0", 0 },
		{ "0ns", 0 },
		{ "0h", 0 },
		{ "000.000", 0 },
		{ "1", SECOND },
		{ "007", 7 * SECOND },
		{ "1.5", 3 * SECOND / 2 },
		{ ".5", SECOND / 2 },
		{ "5.", 5 * SECOND },
		{ "1ns", 1 },
		{ "250us", 250000 },
		{ "1.5us", 1500 },
		{ "5ms", 5000000 },
		{ "0.1s", 100000000 },
		{ "0.3s", 300000000 },
		{ "1.000000001", SECOND + 1 },
		{ "4.35s", 4350000000 },
		{ "2m", 120 * SECOND },
		{ "0.05m", 3 * SECOND },
		{ "1h", HOUR },
		{ "1.5h", 3 * HOUR / 2 },
		{ "0.00000000001h", 36 },
		{ "9223372036854775807ns", INT64_MAX },
		{ "9223372036.854775807", INT64_MAX },
		{ "9223372036.8547758069", INT64_MAX },
		{ "2562047h", 2562047 * HOUR },
		{ "00000000000000000000000000000000001", SECOND },
		{ "0.10000000000000000000000000000000000", SECOND / 10 },
		/* Up to the next nanosecond: never nothing. */
		{ "0.1ns", 1 },
		{ "0.0000000001", 1 },
		{ "0.00000000000000000000000000000000001h", 1 },
		{ "1.0000000001", SECOND + 1 },
		{ "1.9999999999", 2 * SECOND },
		{ "0.333333333333h", 1199999999999 },
	};

	(void)state;
	check_good(units_duration, rows, COUNT(rows));
}

static void
bad_durations(void **state)
{
	static const struct bad_row rows[] = {
		{ "5 parsecs",
		    "\"5 parsecs\" is not a duration (such as 250us, 1.5 or "
		    "2m)" },
		{ "", "\"\" is not a duration" },
		{ " ", "is not a duration" },
		{ " 1", "is not a duration" },
		{ "1 ", "is not a duration" },
		{ "1 s", "is not a duration" },
		{ "1\n", "is not a duration" },
		{ "1s\n", "is not a duration" },
		{ "-1", "is not a duration" },
		{ "-0", "is not a duration" },
		{ "+1", "is not a duration" },
		{ ".", "is not a duration" },
		{ ".s", "is not a duration" },
		{ "s", "is not a duration" },
		{ "1..5", "is not a duration" },
		{ "1.5.5", "is not a duration" },
		{ "1,5", "is not a duration" },
		{ "1,000", "is not a duration" },
		{ "1e3", "is not a duration" },
		{ "1e3s", "is not a duration" },
		{ "0x10", "is not a duration" },
		{ "inf", "is not a duration" },
		{ "nan", "is not a duration" },
		{ "1d", "is not a duration" },
		{ "1S", "is not a duration" },
		{ "1MS", "is not a duration" },
		{ "1M", "is not a duration" },
		{ "1k", "is not a duration" },
		{ "1ss", "is not a duration" },
		{ "1mss", "is not a duration" },
		{ "1sec", "is not a duration" },
		{ "1h30m", "is not a duration" },
		{ "2h", "\"2h\" is out of range (1 ms to 1 h)" },
		{ "0", "\"0\" is out of range (1 ms to 1 h)" },
		{ "0.9ms", "out of range" },
		{ "3600.0000000001", "out of range" },
		{ "9223372036854775807", "out of range" },
		{ "9223372036854775808ns", "out of range" },
		{ "9223372036.854775808", "out of range" },
		{ "2562048h", "out of range" },
		{ "99999999999999999999", "out of range" },
		{ "99999999999999999999.9h", "out of range" },
		/* What would be 1 s and a bit if it wrapped. */
		{ "18446744073709551617", "out of range" },
		{ "18446744074.709551616", "out of range" },
	};

	(void)state;
	check_bad(units_duration, SECOND / 1000, HOUR, rows, COUNT(rows));
}

/* Bounds are durations like others: with the unit that makes them short. */
static void
duration_bounds(void **state)
{
	static const struct {
		int64_t min, max;
		const char *reason;
	} rows[] = {
		{ 0, 1, "(0 to 1 ns)" },
		{ 1500, 90 * SECOND, "(1500 ns to 90 s)" },
		{ 1000, 60 * SECOND, "(1 us to 1 m)" },
		{ 1000000, 24 * HOUR, "(1 ms to 24 h)" },
	};
	struct errbuf err;
	int64_t ns;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(units_duration("25h", rows[i].min, rows[i].max,
				     &ns, &err),
		    -1);
		CHECK(strstr(err.text, rows[i].reason) != NULL, "%s", err.text);
	}
}

static void
unit_sizes(void **state)
{
	static const struct good_row rows[] = {
		{ "0", 0 },
		{ "1", 1 },
		{ "0064", 64 },
		{ "1k", 1024 },
		{ "1K", 1024 },
		{ "64k", 65536 },
		{ "1m", 1048576 },
		{ "16M", 16777216 },
		{ "1g", 1073741824 },
		{ "3G", 3221225472 },
		{ "8589934591g", INT64_C(8589934591) << 30 },
		{ "9223372036854775807", INT64_MAX },
	};

	(void)state;
	check_good(units_size, rows, COUNT(rows));
}

static void
bad_unit_sizes(void **state)
{
	static const struct bad_row rows[] = {
		{ "",
		    "\"\" is not a size (such as 512, 64k or "
		    "1m)" },
		{ " ", "is not a size" },
		{ "k", "is not a size" },
		{ "1kk", "is not a size" },
		{ "1kb", "is not a size" },
		{ "1KiB", "is not a size" },
		{ "1 k", "is not a size" },
		{ " 1", "is not a size" },
		{ "1 ", "is not a size" },
		{ "-1", "is not a size" },
		{ "+1", "is not a size" },
		{ ".5", "is not a size" },
		{ "5.", "is not a size" },
		{ "1.5k", "is not a size" },
		{ "1.0", "is not a size" },
		{ "1e3", "is not a size" },
		{ "0x10", "is not a size" },
		{ "1t", "is not a size" },
		{ "1,000", "is not a size" },
		{ "0", "\"0\" is out of range (1 to 16m)" },
		{ "16777217", "out of range" },
		{ "17m", "out of range" },
		{ "8589934592g", "out of range" },
		{ "17179869184g", "out of range" },
		{ "9223372036854775808", "out of range" },
		{ "99999999999999999999", "out of range" },
		{ "99999999999999999999g", "out of range" },
	};

	(void)state;
	check_bad(units_size, 1, 16 << 20, rows, COUNT(rows));
}

static void
counts(void **state)
{
	static const struct good_row rows[] = {
		{ "0", 0 },
		{ "0.0", 0 },
		{ "500", 500 },
		{ "1k", 1000 },
		{ "1K", 1000 },
		{ "1.5k", 1500 },
		{ ".5k", 500 },
		{ "5.", 5 },
		{ "2.0", 2 },
		{ "0.001k", 1 },
		{ "1.250000000k", 1250 },
		{ "2m", 2000000 },
		{ "1.000001M", 1000001 },
		{ "1g", 1000000000 },
		{ "9223372036.854775807G", INT64_MAX },
		{ "9223372036854775807", INT64_MAX },
	};

	(void)state;
	check_good(units_count, rows, COUNT(rows));
}

static void
bad_counts(void **state)
{
	static const struct bad_row rows[] = {
		{ "", "\"\" is not a number (such as 500, 1.5k or 2m)" },
		{ " ", "is not a number" },
		{ "k", "is not a number" },
		{ ".", "is not a number" },
		{ ".k", "is not a number" },
		{ "1kk", "is not a number" },
		{ "1 k", "is not a number" },
		{ "-1", "is not a number" },
		{ "+1", "is not a number" },
		{ "1e3", "is not a number" },
		{ "0x10", "is not a number" },
		{ "1,5k", "is not a number" },
		{ "90%", "is not a number" },
		{ "1ms", "is not a number" },
		{ "1.5", "\"1.5\" is not a whole number" },
		{ ".5", "is not a whole number" },
		{ "0.9", "is not a whole number" },
		{ "1.0005k", "is not a whole number" },
		{ "0.00000000000000000001k", "is not a whole number" },
		{ "0", "\"0\" is out of range (1 to 10k)" },
		{ "10001", "out of range" },
		{ "10.001k", "out of range" },
		{ "9223372036.854775808g", "out of range" },
		{ "18446744073709552k", "out of range" },
		{ "99999999999999999999", "out of range" },
	};

	(void)state;
	check_bad(units_count, 1, 10000, rows, COUNT(rows));
}

/* A point is a point even where people write a comma. */
static void
the_locale_is_ignored(void **state)
{
	struct errbuf err;
	int64_t n;

	(void)state;
	NEED_COMMA_LOCALE();
	CHECK(units_duration("1.5", 0, HOUR, &n, &err) == 0, "%s", err.text);
	CHECK(n == 3 * SECOND / 2, "%" PRId64, n);
	CHECK(units_duration("1,5", 0, HOUR, &n, &err) == -1, "1,5");
	CHECK(units_count("1.5k", 0, 2000, &n, &err) == 0, "%s", err.text);
	CHECK(n == 1500, "%" PRId64, n);
	setlocale(LC_ALL, "C");
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
		cmocka_unit_test(durations),
		cmocka_unit_test(bad_durations),
		cmocka_unit_test(duration_bounds),
		cmocka_unit_test(unit_sizes),
		cmocka_unit_test(bad_unit_sizes),
		cmocka_unit_test(counts),
		cmocka_unit_test(bad_counts),
		cmocka_unit_test(the_locale_is_ignored),
	};

	return cmocka_run_group_tests(units, NULL, NULL);
}
