/* SPDX-License-Identifier: ISC */
/*
 * threshold: a condition means what it looks like.  With it the two small
 * vocabularies by which a run is judged: faults and outcomes.
 */
#include "check.h"

#include <math.h>

#include "client/core/failure.h"
#include "client/core/fault.h"
#include "client/core/histogram.h"
#include "client/core/threshold.h"
#include "common/errbuf.h"

static struct threshold
read_good(const char *text)
{
	struct errbuf err = { "" };
	struct threshold threshold;

	CHECK(threshold_read(&threshold, text, &err) == 0, "%s: %s", text,
	    err.text);
	return threshold;
}

static void
conditions_are_read(void **state)
{
	static const struct {
		const char *text;
		enum threshold_metric metric;
		uint32_t percentile;
		enum threshold_relation relation;
		double limit;
		bool of_request;
	} rows[] = {
		{ "p99>5ms", METRIC_PERCENTILE, 9900000, ABOVE, 5e6, false },
		{ "p50>=1us", METRIC_PERCENTILE, 5000000, AT_LEAST, 1e3,
		    false },
		{ "p99.99>0.25s", METRIC_PERCENTILE, 9999000, ABOVE, 25e7,
		    false },
		{ "p100<1s", METRIC_PERCENTILE, 10000000, BELOW, 1e9, false },
		{ "p.5<=24h", METRIC_PERCENTILE, 50000, AT_MOST, 86400e9,
		    false },
		{ "connect.p99.9>1ms", METRIC_CONNECT_PERCENTILE, 9990000,
		    ABOVE, 1e6, false },
		{ "min<1us", METRIC_MIN, 0, BELOW, 1e3, false },
		{ "mean>1.5ms", METRIC_MEAN, 0, ABOVE, 15e5, false },
		{ "max>1s", METRIC_MAX, 0, ABOVE, 1e9, false },
		{ "disconnects>0", METRIC_DISCONNECTS, 0, ABOVE, 0, false },
		{ "errors>0", METRIC_ERRORS, 0, ABOVE, 0, false },
		{ "errors>=1.5k", METRIC_ERRORS, 0, AT_LEAST, 1500, false },
		{ "error_rate>0.1%", METRIC_ERROR_RATE, 0, ABOVE, 0.1, false },
		{ "error_rate>0.1", METRIC_ERROR_RATE, 0, ABOVE, 0.1, false },
		{ "error_rate>=100%", METRIC_ERROR_RATE, 0, AT_LEAST, 100,
		    false },
		{ "rate<90k", METRIC_RATE, 0, BELOW, 90000, false },
		{ "rate<90%", METRIC_RATE, 0, BELOW, 90, true },
		{ "rate<=99.5%", METRIC_RATE, 0, AT_MOST, 99.5, true },
		{ "rate>1000%", METRIC_RATE, 0, ABOVE, 1000, true },
		{ "p99 > 5ms", METRIC_PERCENTILE, 9900000, ABOVE, 5e6, false },
		{ " p99\t>=  5ms ", METRIC_PERCENTILE, 9900000, AT_LEAST, 5e6,
		    false },
	};
	struct threshold is;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		is = read_good(rows[i].text);
		CHECK(is.text == rows[i].text, "%s", rows[i].text);
		CHECK(is.metric == rows[i].metric, "%s", rows[i].text);
		CHECK(is.percentile == rows[i].percentile, "%s", rows[i].text);
		CHECK(is.relation == rows[i].relation, "%s", rows[i].text);
		CHECK(fabs(is.limit - rows[i].limit) < 1e-9, "%s: %g",
		    rows[i].text, is.limit);
		CHECK(is.of_request == rows[i].of_request, "%s", rows[i].text);
	}
}

static void
bad_conditions_are_refused(void **state)
{
	static const struct {
		const char *text, *reason;
	} rows[] = {
		{ "", "\"\" has none of >, >=, < and <= (such as p99>5ms)" },
		{ " ", "has none of" },
		{ "p99", "has none of" },
		{ "p99 5ms", "has none of" },
		{ "p99=5ms", "has none of" },
		{ ">5ms",
		    "\"\" is not one of pNN, connect.pNN, min, mean, max, "
		    "errors, error_rate, disconnects and rate" },
		{ " >5ms", "is not one of" },
		{ "p>5ms", "\"p\" is not one of" },
		{ "P99>5ms", "is not one of" },
		{ "q99>5ms", "is not one of" },
		{ "ping>5ms", "is not one of" },
		{ "median>5ms", "is not one of" },
		{ "Max>5ms", "is not one of" },
		{ "error>0", "is not one of" },
		{ "errorrate>0", "is not one of" },
		{ "connect.mean>5ms", "is not one of" },
		{ "connect.>5ms", "is not one of" },
		{ "p0>5ms", "\"0\" is not a percentile" },
		{ "p101>5ms", "is not a percentile" },
		{ "p9 9>5ms", "is not a percentile" },
		{ "p99=>5ms", "is not a percentile" },
		{ "p99%>5ms", "is not a percentile" },
		{ "connect.p0>5ms", "is not a percentile" },
		{ "p99>", "\"\" is not a duration" },
		{ "p99> ", "is not a duration" },
		{ "p99>>5ms", "is not a duration" },
		{ "p99>=>5ms", "is not a duration" },
		{ "p99==>5ms", "is not a percentile" },
		{ "p99> =5ms", "is not a duration" },
		{ "p99>5 ms", "is not a duration" },
		{ "p99>5parsecs", "\"5parsecs\" is not a duration" },
		{ "p99>-5ms", "is not a duration" },
		/* Of which unit would that be? */
		{ "p99>5", "\"5\" has no unit: is it 5ms, or 5s?" },
		{ "max>0.25", "\"0.25\" has no unit" },
		{ "min<5.", "\"5.\" has no unit" },
		{ "connect.p99>0", "\"0\" has no unit" },
		{ "disconnects>0s", "is not a number" },
		{ "p99>5%", "is not a duration" },
		{ "p99>5ms,max>1s", "is not a duration" },
		{ "max>25h", "\"25h\" is out of range (0 to 24 h)" },
		{ "max>99999999999999999999s", "out of range" },
		{ "errors>", "\"\" is not a number" },
		{ "errors>-1", "is not a number" },
		{ "errors>1%", "is not a number" },
		{ "errors>1e3", "is not a number" },
		{ "errors>0.5", "\"0.5\" is not a whole number" },
		{ "errors>99999999999999999999", "out of range" },
		{ "error_rate>", "\"\" is not a percentage" },
		{ "error_rate>%", "\"%\" is not a percentage" },
		{ "error_rate>1%%", "\"1%%\" is not a percentage" },
		{ "error_rate>1 %", "is not a percentage" },
		{ "error_rate>.", "is not a percentage" },
		{ "error_rate>.%", "is not a percentage" },
		{ "error_rate>1k", "is not a percentage" },
		{ "error_rate>100.00001", "is not a percentage (0% to 100%" },
		{ "error_rate>0.000001", "is not a percentage" },
		{ "error_rate>99999999999999999999", "is not a percentage" },
		{ "rate<1000.1%", "is not a percentage (0% to 1000%" },
		{ "rate<-1%", "is not a percentage" },
		{ "rate<90%k", "is not a percentage" },
		{ "rate<90.5", "is not a whole number" },
		{ "rate<90/s", "is not a number" },
		/* Nothing is cut off: that would be another number. */
		{ "p99>0.0000000000000000000000000000000000000000000000000000"
		  "00000000000000001",
		    "is too long" },
		{ "pppppppppppppppppppppppppppppppppppppppppppppppppppppppppp"
		  "pppppppppppp>5ms",
		    "is too long" },
	};
	struct threshold threshold = { .percentile = 4711 };
	struct errbuf err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK(threshold_read(&threshold, rows[i].text, &err) == -1,
		    "\"%s\"", rows[i].text);
		CHECK(strstr(err.text, rows[i].reason) != NULL, "\"%s\": %s",
		    rows[i].text, err.text);
		CHECK(threshold.percentile == 4711, "\"%s\"", rows[i].text);
	}
}

static void
a_limit_is_broken_beyond_it(void **state)
{
	static const struct {
		const char *text;
		double figure;
		bool broken;
	} rows[] = {
		{ "p99>5ms", 4999999, false },
		{ "p99>5ms", 5000000, false },
		{ "p99>5ms", 5000001, true },
		{ "p99>=5ms", 4999999, false },
		{ "p99>=5ms", 5000000, true },
		{ "p99>=5ms", 5000001, true },
		{ "rate<90%", 89.9, true },
		{ "rate<90%", 90, false },
		{ "rate<90%", 90.1, false },
		{ "rate<=90%", 89.9, true },
		{ "rate<=90%", 90, true },
		{ "rate<=90%", 90.1, false },
		{ "errors>0", 0, false },
		{ "errors>0", 1, true },
		{ "error_rate>0.1", 100.0 * 1 / 1000, false },
		{ "max>1s", INFINITY, true },
		/* What is not known cannot be good enough. */
		{ "p99>5ms", NAN, true },
		{ "p99>=5ms", NAN, true },
		{ "rate<90k", NAN, true },
		{ "rate<=90k", NAN, true },
	};
	struct threshold threshold;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		threshold = read_good(rows[i].text);
		CHECK(threshold_broken(&threshold, rows[i].figure) ==
			rows[i].broken,
		    "%s, %.9g", rows[i].text, rows[i].figure);
	}
}

static void
percentiles_are_exact(void **state)
{
	static const struct {
		const char *text;
		uint32_t percentile;
	} rows[] = {
		{ "50", 5000000 },
		{ "050", 5000000 },
		{ "50.", 5000000 },
		{ ".5", 50000 },
		{ "0.00001", 1 },
		{ "99.9", 9990000 },
		{ "99.99", 9999000 },
		{ "99.99999", 9999999 },
		{ "99.90000", 9990000 },
		{ "100", 10000000 },
		{ "100.00000", 10000000 },
	};
	struct errbuf err = { "" };
	uint32_t percentile;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK(threshold_percentile(rows[i].text, &percentile, &err) ==
			0,
		    "%s: %s", rows[i].text, err.text);
		CHECK(percentile == rows[i].percentile, "%s: %u", rows[i].text,
		    percentile);
	}
}

/* In as many digits as it takes, and none of an exponent. */
static void
percentiles_have_names(void **state)
{
	static const struct {
		uint32_t percentile;
		const char *name;
	} rows[] = {
		{ 1, "p0.00001" },
		{ 10, "p0.0001" },
		{ 12345, "p0.12345" },
		{ 50000, "p0.5" },
		{ PERCENT, "p1" },
		{ 10 * PERCENT, "p10" },
		{ 50 * PERCENT, "p50" },
		{ 50 * PERCENT + 1, "p50.00001" },
		{ 99 * PERCENT, "p99" },
		{ 9990000, "p99.9" },
		{ 9999000, "p99.99" },
		{ 9905000, "p99.05" },
		{ 9999999, "p99.99999" },
		{ 100 * PERCENT, "p100" },
	};
	struct errbuf err = { "" };
	char name[THRESHOLD_NAME];
	uint32_t percentile;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK_TEXT(threshold_name(rows[i].percentile, name,
			       sizeof(name)),
		    rows[i].name, "%s", rows[i].name);
		/* And read again it is the same. */
		CHECK(threshold_percentile(name + 1, &percentile, &err) == 0,
		    "%s: %s", name, err.text);
		CHECK(percentile == rows[i].percentile, "%s: %u", name,
		    percentile);
	}
}

static void
bad_percentiles_are_refused(void **state)
{
	static const char *const rows[] = { "", " ", ".", "0", "0.0", "-1",
		"+1", " 50", "50 ", "50%", "5k", "1e1", "0x10", "inf", "nan",
		"99,9", "99.9.9", "100.00001", "101", "4294967346",
		"99999999999999999999", "0.000001", "99.999999" };
	struct errbuf err;
	uint32_t percentile = 4711;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK(threshold_percentile(rows[i], &percentile, &err) == -1,
		    "\"%s\"", rows[i]);
		CHECK(strstr(err.text, "is not a percentile") != NULL,
		    "\"%s\": %s", rows[i], err.text);
		CHECK(percentile == 4711, "\"%s\"", rows[i]);
	}
}

static void
an_errno_is_a_fault(void **state)
{
	static const struct {
		int error;
		enum fault fault;
		enum outcome outcome;
	} rows[] = {
		{ 0, FAULT_NONE, OUTCOME_OK },
		{ ECONNREFUSED, FAULT_REFUSED, OUTCOME_CONNECT },
		{ ENETUNREACH, FAULT_UNREACHABLE, OUTCOME_CONNECT },
		{ EHOSTUNREACH, FAULT_UNREACHABLE, OUTCOME_CONNECT },
		{ EACCES, FAULT_UNREACHABLE, OUTCOME_CONNECT },
		{ ETIMEDOUT, FAULT_CONNECT_TIMEOUT, OUTCOME_CONNECT },
		{ ECONNRESET, FAULT_RESET, OUTCOME_ENDED },
		{ EPIPE, FAULT_RESET, OUTCOME_ENDED },
		{ EADDRNOTAVAIL, FAULT_LOCAL, OUTCOME_LIMIT },
		{ EMFILE, FAULT_LOCAL, OUTCOME_LIMIT },
		{ ENOBUFS, FAULT_LOCAL, OUTCOME_LIMIT },
		{ EINVAL, FAULT_OTHER, OUTCOME_CONNECT },
		{ 99999, FAULT_OTHER, OUTCOME_CONNECT },
		{ -1, FAULT_OTHER, OUTCOME_CONNECT },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK(fault_of_errno(rows[i].error) == rows[i].fault, "%d",
		    rows[i].error);
		CHECK(fault_outcome(rows[i].fault) == rows[i].outcome, "%d",
		    rows[i].error);
	}
	assert_int_equal(fault_outcome(FAULT_ENDED), OUTCOME_ENDED);
	assert_int_equal(fault_outcome(FAULT_TIMEOUT), OUTCOME_TIMEOUT);
	assert_int_equal(fault_outcome(FAULT_MISMATCH), OUTCOME_MISMATCH);
}

static void
every_fault_has_a_name_and_words(void **state)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz_";

	(void)state;
	for (int i = 0; i < FAULT_KINDS; i++) {
		const char *name = fault_name((enum fault)i);

		assert_non_null(name);
		assert_non_null(fault_words((enum fault)i));
		CHECK(name[0] != '\0' && name[strspn(name, letters)] == '\0',
		    "%s", name);
		for (int k = 0; k < i; k++) {
			assert_string_not_equal(name,
			    fault_name((enum fault)k));
			assert_string_not_equal(fault_words((enum fault)i),
			    fault_words((enum fault)k));
		}
	}
	assert_string_equal(fault_name(FAULT_CONNECT_TIMEOUT),
	    "connect_timeout");
}

static void
a_failure_is_one_clean_sentence(void **state)
{
	struct failure failure = { 0 };
	char longer[2000];

	(void)state;
	assert_int_equal(failure_set(&failure, OUTCOME_RESOLVE, "no %s \"%s\"",
			     "host", "a\033[2Jb\nc"),
	    -1);
	assert_string_equal(failure.why.text, "no host \"a?[2Jb?c\"");
	assert_int_equal(failure.outcome, OUTCOME_RESOLVE);
	assert_int_equal(failure.error, 0);

	errno = ECONNREFUSED;
	assert_int_equal(failure_sys(&failure, OUTCOME_CONNECT, "connect"), -1);
	assert_int_equal(errno, ECONNREFUSED);
	assert_int_equal(failure.error, ECONNREFUSED);
	assert_string_equal(failure.why.text, "connect: Connection refused");

	/* The old sentence can be part of the new one, and errno goes. */
	failure_set(&failure, OUTCOME_USAGE, "again: %s", failure.why.text);
	assert_string_equal(failure.why.text,
	    "again: connect: Connection refused");
	assert_int_equal(failure.error, 0);

	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	failure_sys(&failure, OUTCOME_LIMIT, "%s", longer);
	assert_int_equal(strlen(failure.why.text),
	    sizeof(failure.why.text) - 1);
}

static void
every_outcome_has_a_kind(void **state)
{
	static const struct {
		enum outcome outcome;
		const char *kind;
	} rows[] = {
		{ OUTCOME_OK, "ok" },
		{ OUTCOME_NEGATIVE, "negative" },
		{ OUTCOME_USAGE, "usage" },
		{ OUTCOME_RESOLVE, "resolve" },
		{ OUTCOME_CONNECT, "connect" },
		{ OUTCOME_TIMEOUT, "timeout" },
		{ OUTCOME_MISMATCH, "mismatch" },
		{ OUTCOME_ENDED, "ended_early" },
		{ OUTCOME_LIMIT, "limit" },
		{ OUTCOME_INTERRUPTED, "interrupted" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK_TEXT(failure_kind(rows[i].outcome), rows[i].kind, "%d",
		    (int)rows[i].outcome);
}

/* What was measured stands beside the limit, and never looks equal to it. */
static void
a_condition_says_what_was_measured(void **state)
{
	static const struct {
		const char *text;
		double figure;
		const char *says;
	} rows[] = {
		{ "p99>1ms", 4.04e6, "p99 = 4.04 ms > 1 ms" },
		{ " p99.9 >= 0.5s ", 1e9, "p99.9 = 1.00 s >= 500 ms" },
		{ "p50>1ms", 1000400, "p50 = 1.0004 ms > 1 ms" },
		{ "connect.p50<20ms", 3e6, "connect.p50 = 3.00 ms < 20 ms" },
		{ "max>1500us", 2e6, "max = 2.00 ms > 1.5 ms" },
		{ "errors>0", 3, "errors = 3 > 0" },
		{ "errors>1k", 1e7, "errors = 10000000 > 1k" },
		{ "disconnects>0", 1, "disconnects = 1 > 0" },
		{ "error_rate>0.1%", 0.2, "error_rate = 0.2% > 0.1%" },
		{ "error_rate>0", 0.00004, "error_rate = 0.00004% > 0%" },
		{ "rate<90k", 1234.56, "rate = 1234.6/s < 90k" },
		{ "rate<90%", 12.5,
		    "rate = 12.5% of what was asked for < 90%" },
		{ "p99>1ms", NAN, "p99>1ms cannot be told: too few samples" },
	};
	char text[THRESHOLD_TEXT];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct threshold is = read_good(rows[i].text);

		CHECK_TEXT(threshold_text(&is, rows[i].figure, text,
			       sizeof(text)),
		    rows[i].says, "%s", rows[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest threshold[] = {
		cmocka_unit_test(conditions_are_read),
		cmocka_unit_test(bad_conditions_are_refused),
		cmocka_unit_test(a_limit_is_broken_beyond_it),
		cmocka_unit_test(a_condition_says_what_was_measured),
		cmocka_unit_test(percentiles_are_exact),
		cmocka_unit_test(percentiles_have_names),
		cmocka_unit_test(bad_percentiles_are_refused),
		cmocka_unit_test(an_errno_is_a_fault),
		cmocka_unit_test(every_fault_has_a_name_and_words),
		cmocka_unit_test(a_failure_is_one_clean_sentence),
		cmocka_unit_test(every_outcome_has_a_kind),
	};

	return cmocka_run_group_tests(threshold, NULL, NULL);
}
