/* SPDX-License-Identifier: ISC */
#include "client/bench/result.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "client/bench/plan.h"
#include "client/core/failure.h"
#include "client/core/histogram.h"
#include "client/core/signals.h"

/* The client limits the result if a thread is busier than this, */
#define BUSY 0.9
/* or later than this with messages that could have gone. */
#define LAG_NS INT64_C(1000000)

int
result_init(struct result *r, const struct plan *plan)
{
	r->plan = plan;
	r->busy = calloc(plan->threads, sizeof(*r->busy));
	return r->busy != NULL ? 0 : -1;
}

void
result_gather(struct result *r, const struct counts counts[])
{
	for (unsigned i = 0; i < r->plan->threads; i++) {
		counts_add(&r->counts, &counts[i]);
		r->busy[i] = counts[i].busy;
	}
	if (plan_is_open_loop(r->plan))
		r->due = r->counts.window.sent + r->counts.window.not_sent;
}

void
result_interval(struct result *r, const struct interval *interval)
{
	struct interval *more;

	/* Room is doubled whenever the count is a power of two. */
	if ((r->interval_count & (r->interval_count - 1)) == 0) {
		size_t room = r->interval_count > 0 ?
		    2 * (size_t)r->interval_count :
		    1;

		more = realloc(r->intervals, room * sizeof(*more));
		if (more == NULL)
			return;
		r->intervals = more;
	}
	r->intervals[r->interval_count++] = *interval;
}

void
result_trim(struct result *r)
{
	struct interval *last;

	while (r->interval_count > 1 &&
	    r->intervals[r->interval_count - 1].begin_ns >= r->window_ns)
		r->interval_count--;
	if (r->interval_count == 0)
		return;
	last = &r->intervals[r->interval_count - 1];
	if (last->begin_ns + last->length_ns > r->window_ns)
		last->length_ns = r->window_ns - last->begin_ns;
}

int64_t
result_percentile(const struct histogram *h, uint32_t percentile)
{
	if (percentile == 100 * PERCENT)
		return h->count > 0 ? h->max : -1;
	return histogram_supports(h, percentile, RESULT_ABOVE) ?
	    histogram_percentile(h, percentile) :
	    -1;
}

static double
figure(const struct result *r, const struct threshold *t)
{
	const struct counts *c = &r->counts;

	switch (t->metric) {
	case METRIC_PERCENTILE:
	case METRIC_MIN:
	case METRIC_MEAN:
	case METRIC_MAX:
		return threshold_of_times(t, &c->response, RESULT_ABOVE);
	case METRIC_CONNECT_PERCENTILE:
		return threshold_of_times(t, &c->connect, RESULT_ABOVE);
	case METRIC_ERRORS:
		return (double)(counts_failed(&c->window) +
		    counts_faults(c->connects.failed));
	case METRIC_ERROR_RATE:
		return c->window.sent + c->window.not_sent > 0 ? r->error_rate :
								 NAN;
	case METRIC_DISCONNECTS:
		return (double)counts_faults(c->connects.broken);
	case METRIC_RATE:
		break;
	}
	return t->of_request ? 100 * r->rate / (double)r->plan->opt->rate :
			       r->rate;
}

static bool
is_saturated(const struct result *r)
{
	const struct counts *c = &r->counts;
	int64_t lag, half;

	if (c->skipped > 0 || c->connects.again_failed[FAULT_LOCAL] > 0 ||
	    c->connects.failed[FAULT_LOCAL] > 0)
		return true;
	for (unsigned i = 0; i < r->plan->threads; i++)
		if (r->busy[i] > BUSY)
			return true;
	if (!plan_is_open_loop(r->plan))
		return false;
	/* Of a few messages this is the latest one. */
	lag = histogram_percentile(&c->lag, 99 * PERCENT);
	half = result_percentile(&c->response, 50 * PERCENT);
	/* A tenth of the response time, but no less than timers can do. */
	return lag > LAG_NS || (half > LAG_NS && lag > half / 10);
}

static int
nothing(const struct result *r, struct failure *f)
{
	const struct counts *c = &r->counts;
	const uint64_t *kinds = counts_faults(c->window.lost) > 0 ?
	    c->window.lost :
	    counts_faults(c->warmup.lost) > 0 ? c->warmup.lost :
						c->connects.again_failed;
	enum fault most = counts_most(kinds);

	return failure_set(f,
	    most != FAULT_NONE ? fault_outcome(most) : OUTCOME_NEGATIVE,
	    "not one echo: %s",
	    most != FAULT_NONE ? fault_words(most) : "nothing was sent");
}

static int
judge_thresholds(struct result *r, struct failure *f)
{
	const struct options *opt = r->plan->opt;
	char text[THRESHOLD_TEXT];
	int first = -1;

	for (unsigned i = 0; i < opt->thresholds; i++) {
		const struct threshold *t = &opt->fail_if[i];

		r->figure[i] = figure(r, t);
		r->broken[i] = threshold_broken(t, r->figure[i]);
		if (r->broken[i] && first == -1)
			first = (int)i;
	}
	if (first == -1)
		return 0;
	return failure_set(f, OUTCOME_NEGATIVE, "--fail-if: %s",
	    threshold_text(&opt->fail_if[first], r->figure[first], text,
		sizeof(text)));
}

static bool
exceeds(const struct result *r, uint64_t wrong, uint64_t all)
{
	return (double)wrong * 100 * PERCENT >
	    (double)all * (double)r->plan->opt->max_error;
}

bool
result_lacks_workers(const struct result *r)
{
	return r->counts.connects.established > 0 &&
	    counts_most(r->counts.connects.failed) == FAULT_TIMEOUT;
}

/* Some of the first connections failed: report how many, and why most did. */
static int
unmade(const struct result *r, uint64_t failed, struct failure *f)
{
	const struct connect_counts *c = &r->counts.connects;

	if (result_lacks_workers(r))
		return failure_set(f, OUTCOME_NEGATIVE,
		    "%" PRIu64 " of %" PRIu64
		    " connections had no echo: too few workers?",
		    c->failed[FAULT_TIMEOUT], c->wanted);
	return failure_set(f, OUTCOME_NEGATIVE,
	    "%" PRIu64 " of %" PRIu64 " connections could not be made: %s",
	    failed, c->wanted, fault_words(counts_most(c->failed)));
}

int
result_judge(struct result *r, struct failure *f)
{
	const struct counts *c = &r->counts;
	uint64_t wrong = counts_failed(&c->window);
	uint64_t all = c->window.sent + c->window.not_sent;
	uint64_t unconnected = counts_faults(c->connects.failed);
	uint64_t early = counts_failed(&c->warmup);
	int thresholds;

	r->rate = r->window_ns > 0 ?
	    (double)c->completed * 1e9 / (double)r->window_ns :
	    0;
	r->error_rate = all > 0 ? 100.0 * (double)wrong / (double)all : 0;
	r->saturated = is_saturated(r);
	thresholds = judge_thresholds(r, f);
	if (c->mismatches > 0)
		return mismatch_failure(&c->mismatch, f);
	if (c->window.echoed == 0 && !r->interrupted)
		return nothing(r, f);
	if (all == 0)
		return failure_set(f, OUTCOME_NEGATIVE,
		    "%s before anything was measured", signals_words());
	if (thresholds == -1)
		return -1;
	if (exceeds(r, wrong, all))
		return failure_set(f, OUTCOME_NEGATIVE,
		    "%" PRIu64 " of %" PRIu64 " messages failed", wrong, all);
	if (exceeds(r, unconnected, c->connects.wanted))
		return unmade(r, unconnected, f);
	if (exceeds(r, early, c->warmup.sent + c->warmup.not_sent))
		return failure_set(f, OUTCOME_NEGATIVE,
		    "%" PRIu64 " messages failed in the warm-up", early);
	if (!r->interrupted && all < (uint64_t)r->plan->opt->messages)
		return failure_set(f, OUTCOME_NEGATIVE,
		    "%" PRIu64 " of %" PRId64
		    " messages were sent before all connections were lost",
		    c->window.sent, r->plan->opt->messages);
	return 0;
}

int
result_unconnected(struct result *r, struct failure *f)
{
	const struct counts *c = &r->counts;
	enum fault most = counts_most(c->connects.failed);

	judge_thresholds(r, f);
	if (c->mismatches > 0)
		return mismatch_failure(&c->mismatch, f);
	if (r->interrupted)
		return failure_set(f, OUTCOME_NEGATIVE,
		    "%s while connecting: %" PRIu64 " of %" PRIu64
		    " connections were made",
		    signals_words(), c->connects.established,
		    c->connects.wanted);
	return failure_set(f, fault_outcome(most),
	    "none of %u connections could be made: %s", r->plan->connections,
	    fault_words(most));
}

void
result_free(struct result *r)
{
	free(r->busy);
	free(r->intervals);
}
