/* SPDX-License-Identifier: ISC */
/* stamp: the time of a line as RFC 3339 has it, in any zone, at any change. */
#include "check.h"

#include "daemon/log/stamp.h"

static const char *
stamp(const char *zone, time_t seconds, long nanoseconds)
{
	static char text[STAMP_TEXT];
	struct timespec ts = { .tv_sec = 0 };

	/* Another second in between, for what it remembers. */
	setenv("TZ", zone, 1);
	tzset();
	stamp_write(&ts, text);
	ts = (struct timespec){ .tv_sec = seconds, .tv_nsec = nanoseconds };
	stamp_write(&ts, text);
	return text;
}

static void
is_rfc_3339(void **state)
{
	static const struct {
		const char *zone;
		time_t seconds;
		long nanoseconds;
		const char *wanted;
	} rows[] = {
		{ "UTC0", 1795752000, 0, "2026-11-27T04:00:00.000+00:00" },
		{ "UTC0", 1795752000, 1000000,
		    "2026-11-27T04:00:00.001+00:00" },
		{ "UTC0", 1795752000, 999999999,
		    "2026-11-27T04:00:00.999+00:00" },
		{ "XXX-5:30", 1795752000, 0, "2026-11-27T09:30:00.000+05:30" },
		{ "XXX3:30", 1795752000, 0, "2026-11-27T00:30:00.000-03:30" },
		{ "XXX0:30", 1795752000, 0, "2026-11-27T03:30:00.000-00:30" },
		{ "XXX-14", 1798632000, 0, "2026-12-31T02:00:00.000+14:00" },
		/* The hour that comes twice. */
		{ "CET-1CEST,M3.5.0,M10.5.0/3", 1792889999, 0,
		    "2026-10-25T02:59:59.000+02:00" },
		{ "CET-1CEST,M3.5.0,M10.5.0/3", 1792890000, 0,
		    "2026-10-25T02:00:00.000+01:00" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK_TEXT(stamp(rows[i].zone, rows[i].seconds,
			       rows[i].nanoseconds),
		    rows[i].wanted, "row %zu", i);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_rfc_3339),
	};

	return cmocka_run_group_tests_name("stamp", tests, NULL, NULL);
}
