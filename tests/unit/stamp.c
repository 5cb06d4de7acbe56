/* SPDX-License-Identifier: ISC */
/* stamp: the time of a line as RFC 3339 has it, in any zone, at any change. */
#include "check.h"

#include <sys/stat.h>

#include "daemon/environment.h"
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

/* What the service manager says of standard output and standard error. */
static void
stream_is(const char *text)
{
	static char *argv[] = { NULL };

	setenv("JOURNAL_STREAM", text, 1);
	assert_int_equal(environment_take(argv), 0);
}

static void
not_in_the_journal(void **state)
{
	struct stat st;
	char text[64];
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	assert_true(stamp_wanted(fd[1]));
	assert_int_equal(fstat(fd[1], &st), 0);
	snprintf(text, sizeof(text), "%lu:%lu", (unsigned long)st.st_dev,
	    (unsigned long)st.st_ino);
	stream_is(text);
	assert_false(stamp_wanted(fd[1]));
	/* Inherited by a service's child whose output goes elsewhere. */
	snprintf(text, sizeof(text), "%lu:%lu", (unsigned long)st.st_dev,
	    (unsigned long)st.st_ino + 1);
	stream_is(text);
	assert_true(stamp_wanted(fd[1]));
	stream_is("");
	assert_true(stamp_wanted(fd[1]));
	close(fd[0]);
	close(fd[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_rfc_3339),
		cmocka_unit_test(not_in_the_journal),
	};

	return cmocka_run_group_tests_name("stamp", tests, NULL, NULL);
}
