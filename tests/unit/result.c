/* SPDX-License-Identifier: ISC */
/* result: what a load comes to, whatever its threads have counted. */
#include "check.h"

#include <inttypes.h>
#include <math.h>

#include "client/bench/plan.h"
#include "client/bench/result.h"
#include "client/core/failure.h"
#include "client/core/histogram.h"

#define SECOND INT64_C(1000000000)

static struct options opt;
static struct plan plan;
static struct result result;
static struct failure failure;

/* An open loop at a rate, a closed one at 0. */
static void
begin(int64_t rate)
{
	result_free(&result);
	memset(&result, 0, sizeof(result));
	memset(&opt, 0, sizeof(opt));
	memset(&failure, 0, sizeof(failure));
	opt.rate = rate;
	plan = (struct plan){ .opt = &opt, .connections = 4, .threads = 2 };
	assert_int_equal(result_init(&result, &plan), 0);
	result.window_ns = SECOND;
}

static int
end(void **state)
{
	(void)state;
	result_free(&result);
	return 0;
}

/* So many messages that were good. */
static void
good(uint64_t n)
{
	result.counts.window.sent += n;
	result.counts.window.echoed += n;
	result.counts.completed += n;
	for (uint64_t i = 0; i < n; i++)
		histogram_record(&result.counts.response, 1000 + (int64_t)i);
}

static void
bad(enum fault fault, uint64_t n)
{
	result.counts.window.sent += n;
	result.counts.window.lost[fault] += n;
}

static void
fail_if(const char *text)
{
	struct errbuf err;

	CHECK(threshold_read(&opt.fail_if[opt.thresholds++], text, &err) == 0,
	    "%s: %s", text, err.text);
}

static enum outcome
judge(void)
{
	int status = result_judge(&result, &failure);

	CHECK(status == (failure.outcome == OUTCOME_OK ? 0 : -1), "%s",
	    failure.why.text);
	CHECK((failure.why.text[0] == '\0') == (status == 0), "%s",
	    failure.why.text);
	return failure.outcome;
}

static void
is_good(void **state)
{
	(void)state;
	begin(0);
	good(500);
	result.window_ns = SECOND / 2;
	assert_int_equal(judge(), OUTCOME_OK);
	assert_true(result.rate == 1000);
	assert_true(result.error_rate == 0);
	assert_false(result.saturated);
}

/* Without an echo it is what went wrong most. */
static void
nothing_came_back(void **state)
{
	static const struct {
		enum fault more, less;
		enum outcome outcome;
	} rows[] = {
		{ FAULT_TIMEOUT, FAULT_RESET, OUTCOME_TIMEOUT },
		{ FAULT_RESET, FAULT_TIMEOUT, OUTCOME_ENDED },
		{ FAULT_ENDED, FAULT_REFUSED, OUTCOME_ENDED },
		{ FAULT_REFUSED, FAULT_ENDED, OUTCOME_CONNECT },
		{ FAULT_LOCAL, FAULT_REFUSED, OUTCOME_LIMIT },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		begin(0);
		bad(rows[i].more, 3);
		bad(rows[i].less, 2);
		CHECK(judge() == rows[i].outcome, "%s",
		    fault_name(rows[i].more));
		CHECK(strstr(failure.why.text, fault_words(rows[i].more)) !=
			NULL,
		    "%s", failure.why.text);

		/* Before the window, when nothing got as far as that. */
		begin(0);
		result.counts.warmup.sent = 5;
		result.counts.warmup.lost[rows[i].more] = 3;
		result.counts.warmup.lost[rows[i].less] = 2;
		CHECK(judge() == rows[i].outcome, "%s before",
		    fault_name(rows[i].more));

		begin(0);
		result.counts.connects.again_failed[rows[i].more] = 1;
		CHECK(judge() == rows[i].outcome, "%s again",
		    fault_name(rows[i].more));
	}
	begin(0);
	assert_int_equal(judge(), OUTCOME_NEGATIVE);
	/* Allowing for errors does not make a result of it. */
	begin(0);
	opt.max_error = 100 * PERCENT;
	bad(FAULT_TIMEOUT, 1);
	assert_int_equal(judge(), OUTCOME_TIMEOUT);
}

/* What there is counts, however little; nothing at all is no good result. */
static void
interrupted(void **state)
{
	(void)state;
	begin(0);
	result.interrupted = true;
	assert_int_equal(judge(), OUTCOME_NEGATIVE);
	begin(0);
	result.interrupted = true;
	good(1);
	assert_int_equal(judge(), OUTCOME_OK);
	begin(0);
	result.interrupted = true;
	opt.messages = 1000;
	good(10);
	assert_int_equal(judge(), OUTCOME_OK);
	begin(0);
	result.interrupted = true;
	good(10);
	bad(FAULT_RESET, 1);
	assert_int_equal(judge(), OUTCOME_NEGATIVE);
}

static void
a_mismatch_comes_first(void **state)
{
	const unsigned char byte = 'a', other = 'b';

	(void)state;
	for (int more = 0; more < 3; more++) {
		begin(0);
		if (more > 0)
			good(100);
		if (more > 1)
			fail_if("max>1ns");
		bad(FAULT_TIMEOUT, 50);
		opt.max_error = 100 * PERCENT;
		result.counts.mismatches = 1;
		mismatch_note(&result.counts.mismatch, 77, 0, &byte, 1, &other,
		    1);
		CHECK(judge() == OUTCOME_MISMATCH, "%d", more);
		CHECK(strstr(failure.why.text, "77") != NULL, "%s",
		    failure.why.text);
	}
}

/* 100 messages, connections and messages before the window each. */
static void
errors_are_tolerated(void **state)
{
	static const struct {
		double percent;
		unsigned lost, not_sent, failed, before;
		enum outcome outcome;
	} rows[] = {
		{ 0, 0, 0, 0, 0, OUTCOME_OK },
		{ 0, 1, 0, 0, 0, OUTCOME_NEGATIVE },
		{ 0, 0, 1, 0, 0, OUTCOME_NEGATIVE },
		{ 0, 0, 0, 1, 0, OUTCOME_NEGATIVE },
		{ 0, 0, 0, 0, 1, OUTCOME_NEGATIVE },
		{ 1, 1, 0, 0, 0, OUTCOME_OK },
		{ 1, 0, 1, 0, 0, OUTCOME_OK },
		{ 1, 1, 1, 0, 0, OUTCOME_NEGATIVE },
		{ 2, 1, 1, 0, 0, OUTCOME_OK },
		{ 1, 0, 0, 1, 1, OUTCOME_OK },
		{ 1, 0, 0, 2, 0, OUTCOME_NEGATIVE },
		{ 1, 0, 0, 0, 2, OUTCOME_NEGATIVE },
		{ 0.99999, 1, 0, 0, 0, OUTCOME_NEGATIVE },
		{ 99, 99, 0, 99, 99, OUTCOME_OK },
		{ 98, 99, 0, 0, 0, OUTCOME_NEGATIVE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		begin(0);
		opt.max_error = (int64_t)lround(rows[i].percent * PERCENT);
		good(100 - rows[i].lost - rows[i].not_sent);
		bad(FAULT_RESET, rows[i].lost);
		result.counts.window.not_sent = rows[i].not_sent;
		result.counts.connects.wanted = 100;
		result.counts.connects.failed[FAULT_TIMEOUT] = rows[i].failed;
		result.counts.warmup.sent = 100;
		result.counts.warmup.lost[FAULT_ENDED] = rows[i].before;
		CHECK(judge() == rows[i].outcome, "row %zu: %s", i,
		    failure.why.text);
		CHECK(result.error_rate == rows[i].lost + rows[i].not_sent,
		    "row %zu: %f", i, result.error_rate);
	}
}

/* With -n the end of all connections is not the end of it. */
static void
all_of_them_are_wanted(void **state)
{
	(void)state;
	begin(0);
	opt.messages = 100;
	good(100);
	assert_int_equal(judge(), OUTCOME_OK);
	begin(0);
	opt.messages = 100;
	good(99);
	assert_int_equal(judge(), OUTCOME_NEGATIVE);
}

static void
thresholds(void **state)
{
	/* Of 1000 messages from 1000 to 1999 ns, in a second. */
	static const struct {
		const char *text;
		bool broken;
	} rows[] = {
		{ "p50>1499ns", false }, { "p50>1498ns", true },
		{ "p99>1us", true }, { "p99<1us", false },
		/* Too few are above that to tell. */
		{ "p99.9>1h", true }, { "p99.9<1h", true },
		{ "min<1000ns", false }, { "min<=1000ns", true },
		{ "mean>1499ns", true }, { "mean>1500ns", false },
		{ "max>1999ns", false }, { "max>=1999ns", true },
		{ "errors>0", false }, { "errors>=0", true },
		{ "error_rate>0%", false }, { "rate<1000", false },
		{ "rate<=1000", true }, { "rate<50%", false },
		{ "rate<=50%", true },
		{ "connect.p50>1h", true }, /* none was made */
	};
	char says[THRESHOLD_TEXT];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		begin(2000);
		good(1000);
		fail_if("p50>1h");
		fail_if(rows[i].text);
		CHECK(judge() ==
			(rows[i].broken ? OUTCOME_NEGATIVE : OUTCOME_OK),
		    "%s: %s", rows[i].text, failure.why.text);
		CHECK(result.broken[1] == rows[i].broken, "%s", rows[i].text);
		CHECK(!result.broken[0], "beside %s", rows[i].text);
		threshold_text(&opt.fail_if[1], result.figure[1], says,
		    sizeof(says));
		CHECK(!rows[i].broken || strstr(failure.why.text, says) != NULL,
		    "%s: %s", rows[i].text, failure.why.text);
	}
}

static void
thresholds_of_errors(void **state)
{
	(void)state;
	begin(0);
	good(97);
	bad(FAULT_TIMEOUT, 1);
	bad(FAULT_RESET, 1);
	result.counts.window.not_sent = 1;
	opt.max_error = 100 * PERCENT;
	result.counts.connects.wanted = 4;
	result.counts.connects.failed[FAULT_REFUSED] = 1;
	fail_if("errors>3");
	fail_if("errors>4");
	fail_if("error_rate>2.9%");
	fail_if("error_rate>3%");
	assert_int_equal(judge(), OUTCOME_NEGATIVE);
	assert_true(result.broken[0]);
	assert_false(result.broken[1]);
	assert_true(result.broken[2]);
	assert_false(result.broken[3]);
}

static void
ten_are_above(void **state)
{
	(void)state;
	begin(0);
	assert_int_equal(result_percentile(&result.counts.response,
			     50 * PERCENT),
	    -1);
	assert_int_equal(result_percentile(&result.counts.response,
			     100 * PERCENT),
	    -1);
	good(19);
	assert_int_equal(result_percentile(&result.counts.response,
			     50 * PERCENT),
	    -1);
	assert_int_equal(result_percentile(&result.counts.response,
			     40 * PERCENT),
	    1007);
	good(1);
	assert_int_equal(result_percentile(&result.counts.response,
			     100 * PERCENT),
	    result.counts.response.max);
	assert_true(
	    result_percentile(&result.counts.response, 50 * PERCENT) > 0);
}

/* The one of all of them is the largest, however few there are. */
static void
p100_is_the_largest(void **state)
{
	(void)state;
	begin(0);
	assert_int_equal(result_percentile(&result.counts.response,
			     100 * PERCENT),
	    -1);
	good(1);
	assert_int_equal(result_percentile(&result.counts.response,
			     100 * PERCENT),
	    1000);
	good(5);
	assert_int_equal(result_percentile(&result.counts.response,
			     100 * PERCENT),
	    1004);
	/* Exactly, and not as the histogram has it in steps. */
	histogram_record(&result.counts.response, INT64_C(1234567891));
	assert_int_equal(result_percentile(&result.counts.response,
			     100 * PERCENT),
	    INT64_C(1234567891));
	/* That below it needs as many as ever. */
	assert_int_equal(result_percentile(&result.counts.response,
			     100 * PERCENT - 1),
	    -1);

	begin(0);
	good(3);
	fail_if("p100>1002ns");
	fail_if("p100>1001ns");
	assert_int_equal(judge(), OUTCOME_NEGATIVE);
	assert_false(result.broken[0]);
	assert_true(result.broken[1]);
}

/* Without any connection: what is not known is not good enough. */
static void
nobody_connects(void **state)
{
	(void)state;
	begin(0);
	result.counts.connects.wanted = 3;
	result.counts.connects.failed[FAULT_REFUSED] = 2;
	result.counts.connects.failed[FAULT_CONNECT_TIMEOUT] = 1;
	fail_if("p99>5ms");
	fail_if("rate<1");
	assert_int_equal(result_unconnected(&result, &failure), -1);
	assert_int_equal(failure.outcome, OUTCOME_CONNECT);
	assert_true(result.broken[0]);
	assert_true(result.broken[1]);

	begin(0);
	result.interrupted = true;
	assert_int_equal(result_unconnected(&result, &failure), -1);
	assert_int_equal(failure.outcome, OUTCOME_NEGATIVE);
	begin(0);
	result.counts.connects.failed[FAULT_MISMATCH] = 1;
	result.counts.connects.failed[FAULT_TIMEOUT] = 2;
	result.counts.mismatches = 1;
	assert_int_equal(result_unconnected(&result, &failure), -1);
	assert_int_equal(failure.outcome, OUTCOME_MISMATCH);
}

static void
a_client_may_be_the_limit(void **state)
{
	(void)state;
	begin(0);
	good(100);
	result.busy[1] = 0.89;
	judge();
	assert_false(result.saturated);
	result.busy[1] = 0.91;
	judge();
	assert_true(result.saturated);

	/* Late by more than a millisecond, but for one in a hundred. */
	begin(1000);
	good(5000);
	for (int i = 0; i < 5000; i++)
		histogram_record(&result.counts.lag, i < 40 ? 5000000 : 1000);
	judge();
	assert_false(result.saturated);
	for (int i = 0; i < 100; i++)
		histogram_record(&result.counts.lag, 5000000);
	judge();
	assert_true(result.saturated);

	begin(1000);
	good(100);
	result.counts.skipped = 1;
	judge();
	assert_true(result.saturated);
}

/* All that two threads have counted. */
static void
gathers(void **state)
{
	const unsigned char byte = 'a', other = 'b';
	static struct counts counts[2];

	(void)state;
	begin(1000);
	for (unsigned i = 0; i < 2; i++) {
		struct counts *c = &counts[i];

		c->window.sent = 10 + i;
		c->window.echoed = 9;
		c->window.not_sent = 3;
		c->window.lost[FAULT_RESET] = 1 + i;
		c->warmup.sent = 5;
		c->connects.wanted = 2;
		c->completed = 8;
		c->completed_bytes = 800;
		c->verified = 1000;
		c->busy = 0.25 * (i + 1);
		c->skipped = i;
		histogram_record(&c->response, 100 + i);
		histogram_record(&c->service, 90 + i);
		histogram_record(&c->connect, 10 + i);
		histogram_record(&c->lag, 1 + i);
	}
	counts[1].mismatches = 2;
	mismatch_note(&counts[1].mismatch, 5, 0, &byte, 1, &other, 1);
	result_gather(&result, counts);
	assert_int_equal(result.counts.window.sent, 21);
	assert_int_equal(result.counts.window.echoed, 18);
	assert_int_equal(counts_faults(result.counts.window.lost), 3);
	assert_int_equal(result.counts.warmup.sent, 10);
	assert_int_equal(result.counts.connects.wanted, 4);
	assert_int_equal(result.counts.completed, 16);
	assert_int_equal(result.counts.completed_bytes, 1600);
	assert_int_equal(result.counts.verified, 2000);
	assert_int_equal(result.counts.skipped, 1);
	assert_int_equal(result.due, 27);
	assert_true(result.busy[0] == 0.25 && result.busy[1] == 0.5);
	assert_int_equal(result.counts.mismatches, 2);
	assert_int_equal(result.counts.mismatch.offset, 5);
	assert_int_equal(result.counts.response.count, 2);
	assert_int_equal(result.counts.response.max, 101);
	assert_int_equal(result.counts.service.min, 90);
	assert_int_equal(result.counts.connect.sum, 21);
	assert_int_equal(result.counts.lag.count, 2);
}

static void
keeps_intervals(void **state)
{
	(void)state;
	begin(0);
	for (int64_t i = 0; i < 1000; i++) {
		const struct interval interval = { .begin_ns = i,
			.length_ns = 1,
			.echoed = (uint64_t)i };

		result_interval(&result, &interval);
	}
	assert_int_equal(result.interval_count, 1000);
	for (int64_t i = 0; i < 1000; i++)
		CHECK(result.intervals[i].begin_ns == i &&
			result.intervals[i].echoed == (uint64_t)i,
		    "%" PRId64, i);
}

int
main(void)
{
	const struct CMUnitTest units[] = {
		cmocka_unit_test(is_good),
		cmocka_unit_test(nothing_came_back),
		cmocka_unit_test(interrupted),
		cmocka_unit_test(a_mismatch_comes_first),
		cmocka_unit_test(errors_are_tolerated),
		cmocka_unit_test(all_of_them_are_wanted),
		cmocka_unit_test(thresholds),
		cmocka_unit_test(thresholds_of_errors),
		cmocka_unit_test(ten_are_above),
		cmocka_unit_test(p100_is_the_largest),
		cmocka_unit_test(nobody_connects),
		cmocka_unit_test(a_client_may_be_the_limit),
		cmocka_unit_test(gathers),
		cmocka_unit_test(keeps_intervals),
	};

	return cmocka_run_group_tests(units, NULL, end);
}
