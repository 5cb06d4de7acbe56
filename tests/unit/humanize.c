/* SPDX-License-Identifier: ISC */
/* humanize: a number is short, has its unit, and is rounded but never wrong. */
#include "check.h"

/* A macro, so that a failure names the line of its check. */
#define CHECK_NUMBER(is, wanted, ...)                                          \
	do {                                                                   \
		struct humanized number_ = (is);                               \
                                                                               \
		CHECK_TEXT(number_.text, wanted, __VA_ARGS__);                 \
	} while (0)

#include <inttypes.h>
#include <locale.h>
#include <math.h>

#include "common/humanize.h"
#include "common/errbuf.h"
#include "common/units.h"

#define SECOND INT64_C(1000000000)

static void
times_have_three_digits(void **state)
{
	static const struct {
		int64_t ns;
		const char *text;
	} rows[] = {
		{ 0, "0 ns" },
		{ 1, "1 ns" },
		{ 999, "999 ns" },
		{ 1000, "1.00 us" },
		{ 1004, "1.00 us" },
		{ 1005, "1.01 us" },
		{ 9994, "9.99 us" },
		{ 9995, "10.0 us" },
		{ 99949, "99.9 us" },
		{ 99950, "100 us" },
		{ 213000, "213 us" },
		{ 213456, "213 us" },
		{ 999499, "999 us" },
		{ 999500, "1.00 ms" },
		{ 1400000, "1.40 ms" },
		{ 999499999, "999 ms" },
		{ 999500000, "1.00 s" },
		{ 10 * SECOND, "10.0 s" },
		{ 999 * SECOND, "999 s" },
		{ 999 * SECOND + SECOND / 2, "1000 s" },
		{ 86400 * SECOND, "86400 s" },
		{ -1, "-1 ns" },
		{ -213456, "-213 us" },
		{ -999500, "-1.00 ms" },
		{ INT64_MAX, "9223372037 s" },
		{ INT64_MIN, "-9223372037 s" },
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK_NUMBER(humanize_time(rows[i].ns), rows[i].text,
		    "%" PRId64, rows[i].ns);
}

static void
durations_are_exact(void **state)
{
	static const struct {
		int64_t ns;
		const char *text;
	} rows[] = {
		{ 0, "0 s" },
		{ 1, "1 ns" },
		{ 999, "999 ns" },
		{ 1000, "1 us" },
		{ 1500, "1.5 us" },
		{ 1000001, "1.000001 ms" },
		{ 250000000, "250 ms" },
		{ 999999999, "999.999999 ms" },
		{ SECOND, "1 s" },
		{ SECOND + 1, "1.000000001 s" },
		{ 3 * SECOND / 2, "1.5 s" },
		{ 10 * SECOND, "10 s" },
		{ 100 * SECOND, "100 s" },
		{ 5400 * SECOND, "5400 s" },
		{ -250000000, "-250 ms" },
		{ INT64_MAX, "9223372036.854775807 s" },
		{ INT64_MIN, "-9223372036.854775808 s" },
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK_NUMBER(humanize_duration(rows[i].ns), rows[i].text,
		    "%" PRId64, rows[i].ns);
}

/* Without its blank, what is printed can be given as an option again. */
static void
durations_read_the_same(void **state)
{
	uint32_t seed = 2463534242;
	char text[64], *blank;
	struct errbuf err;
	int64_t wanted, ns;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		wanted = (int64_t)check_random(&seed) << 31;
		wanted |= check_random(&seed) & INT32_MAX;
		wanted >>= check_random(&seed) % 63;
		snprintf(text, sizeof(text), "%s",
		    humanize_duration(wanted).text);
		blank = strchr(text, ' ');
		assert_non_null(blank);
		memmove(blank, blank + 1, strlen(blank));
		CHECK(units_duration(text, 0, INT64_MAX, &ns, &err) == 0,
		    "%s: %s", text, err.text);
		CHECK(ns == wanted, "%s: %" PRId64, text, ns);
	}
}

static void
a_column_has_one_unit(void **state)
{
	static const struct {
		int64_t largest, ns;
		const char *text;
	} rows[] = {
		{ 0, 0, "0 ns" },
		{ 9999, 213, "213 ns" },
		{ 9999, 9999, "9999 ns" },
		{ 10000, 49, "0.0 us" },
		{ 10000, -49, "0.0 us" },
		{ 10000, 50, "0.1 us" },
		{ 10000, -50, "-0.1 us" },
		{ 10000, 10000, "10.0 us" },
		{ 9999999, 213456, "213.5 us" },
		{ 9999999, 9999999, "10000.0 us" },
		{ 10000000, 213456, "0.213 ms" },
		{ 10 * SECOND - 1, 9999499999, "9999.500 ms" },
		{ 10 * SECOND, 213456, "0.000 s" },
		{ 10 * SECOND, 1500000, "0.002 s" },
		{ 10 * SECOND, 10 * SECOND, "10.000 s" },
		{ INT64_MAX, INT64_MAX, "9223372036.855 s" },
		{ -20000, -20000, "-20.0 us" },
		{ INT64_MIN, INT64_MIN, "-9223372036.855 s" },
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK_NUMBER(humanize_column(humanize_unit(rows[i].largest),
				 rows[i].ns),
		    rows[i].text, "%" PRId64 " below %" PRId64, rows[i].ns,
		    rows[i].largest);
}

static void
a_unit_says_what_it_is(void **state)
{
	static const struct {
		int64_t largest;
		const char *name;
		double ns;
	} rows[] = {
		{ 9999, "ns", 1 },
		{ 10000, "us", 1e3 },
		{ 10000000, "ms", 1e6 },
		{ 10 * SECOND, "s", 1e9 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct humanize_unit unit = humanize_unit(rows[i].largest);

		CHECK_TEXT(unit.name, rows[i].name, "%" PRId64,
		    rows[i].largest);
		CHECK(fabs(unit.ns - rows[i].ns) < 1e-9, "%s", unit.name);
	}
}

static void
bytes_are_counted_in_powers_of_1024(void **state)
{
	static const struct {
		double bytes;
		const char *text;
	} rows[] = {
		{ 0, "0 B" },
		{ 0.4, "0 B" },
		{ 1, "1 B" },
		{ 512, "512 B" },
		{ 1023, "1023 B" },
		{ 1023.6, "1.00 KiB" },
		{ 1024, "1.00 KiB" },
		{ 1536, "1.50 KiB" },
		{ 10 * 1024.0, "10.0 KiB" },
		{ 9.996 * 1024, "10.0 KiB" },
		{ 99.96 * 1024, "100 KiB" },
		{ 1000 * 1024.0, "1000 KiB" },
		{ 1024 * 1024.0 - 1, "1.00 MiB" },
		{ 12.3 * (1 << 30), "12.3 GiB" },
		{ 2.0 * (UINT64_C(1) << 40), "2.00 TiB" },
		{ 5000.0 * (UINT64_C(1) << 40), "5000 TiB" },
		{ 18446744073709551615.0, "16777216 TiB" },
		{ -1536, "-1.50 KiB" },
		{ NAN, "-" },
		{ INFINITY, "-" },
		{ 1e300, "-" },
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK_NUMBER(humanize_bytes(rows[i].bytes), rows[i].text, "%g",
		    rows[i].bytes);
}

static void
short_numbers_are_short(void **state)
{
	static const struct {
		double number;
		const char *text;
	} rows[] = {
		{ 0, "0" },
		{ 0.04, "0" },
		{ 0.5, "0.5" },
		{ 1, "1" },
		{ 1.84, "1.8" },
		{ 9.94, "9.9" },
		{ 9.96, "10" },
		{ 12.5, "13" },
		{ 950, "950" },
		{ 999.4, "999" },
		{ 999.6, "1.00k" },
		{ 1000, "1.00k" },
		{ 18200, "18.2k" },
		{ 182000, "182k" },
		{ 182499, "182k" },
		{ 999499, "999k" },
		{ 999500, "1.00M" },
		{ 1250000, "1.25M" },
		{ 2.5e9, "2.50G" },
		{ 18446744073709551615.0, "18446744T" },
		{ -0.04, "0" },
		{ -1.8, "-1.8" },
		{ -1250000, "-1.25M" },
		{ NAN, "-" },
		{ -INFINITY, "-" },
		{ 1e300, "-" },
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK_NUMBER(humanize_short(rows[i].number), rows[i].text, "%g",
		    rows[i].number);
}

/* 0 and 100 are for those that are. */
static void
percents_do_not_lie(void **state)
{
	static const struct {
		double part, whole;
		const char *percent, *share;
	} rows[] = {
		{ 0, 0, "0%", NULL },
		{ 0, 1, "0%", "0.00%" },
		{ 1, 1, "100%", "100.00%" },
		{ 40000, 40000, "100%", "100.00%" },
		{ 1, 3, "33.33%", "33.33%" },
		{ 2, 3, "66.67%", "66.67%" },
		{ 1, 2, "50%", "50.00%" },
		{ 1, 8, "12.5%", "12.50%" },
		{ 1, 30, "3.333%", "3.33%" },
		{ 1, 300, "0.3333%", "0.33%" },
		{ 39999, 40000, "99.998%", ">99.99%" },
		{ 1, 40000, "0.0025%", "<0.01%" },
		{ 1, 2500000, "0.00004%", "<0.01%" },
		{ 2499999, 2500000, "99.99996%", ">99.99%" },
		{ 1, 3e9, "0.00000003333%", "<0.01%" },
		{ 3e9 - 1, 3e9, "99.99999997%", ">99.99%" },
		{ 99995, 100000, "99.995%", NULL },
		{ 99994, 100000, "99.99%", "99.99%" },
		{ 20000.2, 20000, "100.001%", NULL },
		{ 25000, 20000, "125%", NULL },
		{ 4, 1e-300, "1000000000000000%", NULL },
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK_NUMBER(humanize_percent(rows[i].part, rows[i].whole),
		    rows[i].percent, "%g of %g", rows[i].part, rows[i].whole);
		if (rows[i].share != NULL)
			CHECK_NUMBER(humanize_share(rows[i].part,
					 rows[i].whole),
			    rows[i].share, "%g of %g", rows[i].part,
			    rows[i].whole);
	}
}

/* The point is a point even where people write a comma. */
static void
the_locale_is_ignored(void **state)
{
	(void)state;
	NEED_COMMA_LOCALE();
	CHECK_NUMBER(humanize_time(1400000), "1.40 ms", "humanize_time");
	CHECK_NUMBER(humanize_duration(1500000000), "1.5 s",
	    "humanize_duration");
	CHECK_NUMBER(humanize_column(humanize_unit(10000), 1500), "1.5 us",
	    "humanize_column");
	CHECK_NUMBER(humanize_bytes(1536), "1.50 KiB", "humanize_bytes");
	CHECK_NUMBER(humanize_short(1250000), "1.25M", "humanize_short");
	CHECK_NUMBER(humanize_percent(1, 3), "33.33%", "humanize_percent");
	CHECK_NUMBER(humanize_share(1, 3), "33.33%", "humanize_share");
	setlocale(LC_ALL, "C");
}

static void
ages(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} rows[] = {
		{ -1, "0 s" },
		{ 999, "0 s" },
		{ 59999, "59 s" },
		{ 60000, "1 min 0 s" },
		{ 725000, "12 min 5 s" },
		{ 3599999, "59 min 59 s" },
		{ 11040000, "3 h 4 min" },
		{ 86400000, "1 d 0 h" },
		{ 440000000, "5 d 2 h" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK_TEXT(humanize_age(rows[i].ms).text, rows[i].text,
		    "%" PRId64, rows[i].ms);
}

int
main(void)
{
	const struct CMUnitTest human[] = {
		cmocka_unit_test(ages),
		cmocka_unit_test(times_have_three_digits),
		cmocka_unit_test(durations_are_exact),
		cmocka_unit_test(durations_read_the_same),
		cmocka_unit_test(a_column_has_one_unit),
		cmocka_unit_test(a_unit_says_what_it_is),
		cmocka_unit_test(bytes_are_counted_in_powers_of_1024),
		cmocka_unit_test(short_numbers_are_short),
		cmocka_unit_test(percents_do_not_lie),
		cmocka_unit_test(the_locale_is_ignored),
	};

	return cmocka_run_group_tests(human, NULL, NULL);
}
