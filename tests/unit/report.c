/* SPDX-License-Identifier: ISC */
/* report: no line of it is wider than a terminal, whatever was measured. */
#include "check.h"

#include "client/bench/out/report.h"
#include "client/bench/plan.h"
#include "client/bench/result.h"
#include "client/core/histogram.h"
#include "common/terminal.h"
#include "client/net/target.h"

#define SECOND INT64_C(1000000000)

/* As much of anything as there may be in a day. */
#define MANY UINT64_C(12345678901)

static struct options opt;
static struct plan plan;
static struct result result;
static const struct terminal terminal;

/* A load of that rate, 0 in a closed loop, with the longest of all options. */
static void
begin(int64_t rate)
{
	const char *sizes = "16777216,16777215,16777214,16777213,16777212,"
			    "16777211,16777210,16777209,16777208,16777207,"
			    "16777206,16777205,16777204,16777203,16777202,"
			    "16777201";
	struct errbuf err;

	result_free(&result);
	memset(&result, 0, sizeof(result));
	memset(&opt, 0, sizeof(opt));
	opt.rate = rate;
	opt.pipeline = 4096;
	opt.duration_ns = 86400 * SECOND + 1;
	opt.reconnect = 1000000000;
	opt.percentile[opt.percentiles++] = 50 * PERCENT;
	opt.percentile[opt.percentiles++] = 9999999;
	CHECK(sizes_read(&opt.sizes, sizes, &err) == 0, "%s", err.text);
	plan = (struct plan){ .opt = &opt,
		.connections = 1000000,
		.threads = 1000000,
		.cpus = 1024,
		.warmup_ns = 1234567891,
		.loopback = true };
	assert_int_equal(addr_from_literal(&plan.peer,
			     "2001:db8:1234:5678:9abc:def0:1234:5678", 1),
	    0);
	assert_int_equal(result_init(&result, &plan), 0);
}

/* All that there may be to say, and in the largest numbers. */
static void
fill(void)
{
	struct connect_counts *c = &result.counts.connects;

	result.window_ns = opt.duration_ns;
	result.connect_ns = 86400 * SECOND;
	result.rate = 1e9;
	result.counts.window.sent = result.counts.window.echoed = MANY;
	result.counts.window.not_sent = result.counts.warmup.not_sent = MANY;
	result.counts.window.bytes_sent = result.counts.completed_bytes = MANY *
	    MANY;
	result.due = 3 * MANY;
	result.counts.completed = MANY;
	result.counts.verified = MANY;
	result.counts.mismatches = MANY;
	result.saturated = result.interrupted = true;
	result.counts.skipped = MANY;
	c->wanted = c->established = c->again = c->within = MANY;
	c->unclosed = MANY;
	for (int i = 1; i < FAULT_KINDS; i++)
		result.counts.window.lost[i] = result.counts.warmup.lost[i] =
		    c->failed[i] = c->again_failed[i] = c->broken[i] = MANY;
	/* This one most often. */
	c->failed[FAULT_TIMEOUT] = MANY + 1;
	result.busy[0] = 1;
	for (int i = 0; i < 100; i++) {
		histogram_record(&result.counts.response, INT64_MAX);
		histogram_record(&result.counts.connect, INT64_MAX);
		histogram_record(&result.counts.service, INT64_MAX);
		histogram_record(&result.counts.lag, INT64_MAX);
	}
}

/* The report; the caller frees it. */
static char *
report(void)
{
	struct target target = { .host = "a-name-that-is-as-long-as-one-part-"
					 "of-it-may-be-and-no-more.example.org",
		.port = 65535 };
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	report_head(file, &target, &result);
	report_print(file, &result, &terminal);
	assert_int_equal(fclose(file), 0);
	return text;
}

static void
check_lines(const char *what)
{
	char *text = report(), *rest = text, *line;

	while ((line = strsep(&rest, "\n")) != NULL)
		CHECK(strlen(line) < 80, "%s: %s", what, line);
	free(text);
}

static void
fits(void **state)
{
	(void)state;
	begin(0);
	fill();
	check_lines("closed loop");
	begin(1000000000);
	fill();
	check_lines("open loop");
	result.counts.skipped = 0;
	check_lines("late with messages");
	result.counts.window.not_sent = 0;
	check_lines("not echoed in time");
	result.saturated = false;
	check_lines("the server did not keep up");
}

/* What was asked for is at the head. */
static void
tells_the_load(void **state)
{
	struct errbuf err;
	char *text;

	(void)state;
	begin(0);
	CHECK(sizes_read(&opt.sizes, "64", &err) == 0, "%s", err.text);
	opt.pipeline = 1;
	opt.duration_ns = 5 * SECOND;
	opt.reconnect = 0;
	plan.connections = 50;
	plan.threads = 1;
	plan.cpus = 2;
	plan.warmup_ns = SECOND / 2;
	text = report();
	assert_non_null(strstr(text,
	    "\nclosed loop: 50 connections, 1 message in flight on each, 64 "
	    "bytes\n1 thread (2 CPUs), 5 s after 500 ms of warm-up\n\n"));
	free(text);
	opt.rate = 20000;
	opt.messages = 1;
	opt.reconnect = 3;
	plan.warmup_ns = 0;
	text = report();
	assert_non_null(strstr(text,
	    "\nopen loop: 50 connections, 20000 messages/s in total, 64 bytes\n"
	    "1 thread (2 CPUs), 1 message, no warm-up, a new connection after "
	    "3 messages\n\n"));
	free(text);
}

static int
end(void **state)
{
	(void)state;
	result_free(&result);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest reports[] = {
		cmocka_unit_test(fits),
		cmocka_unit_test(tells_the_load),
	};

	return cmocka_run_group_tests(reports, NULL, end);
}
