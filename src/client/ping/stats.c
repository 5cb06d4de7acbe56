/* SPDX-License-Identifier: ISC */
#include "client/ping/stats.h"

#include <math.h>

#include "client/core/failure.h"
#include "client/options.h"
#include "client/ping/link.h"

void
stats_answer(struct stats *a, const struct answer *answer)
{
	double delta;

	if (answer->fault == FAULT_MISMATCH) {
		a->corrupt++;
		a->lost += !answer->late && answer->seq != 0;
		return;
	}
	if (answer->fault != FAULT_NONE) {
		a->lost++;
		return;
	}
	if (answer->late) {
		a->late++;
		return;
	}
	a->received++;
	/* That would be a measurement of this client. */
	if (answer->late_ns > 0) {
		a->untimed++;
		return;
	}
	histogram_record(&a->times, answer->time_ns);
	delta = (double)answer->time_ns - a->mean;
	a->mean += delta / (double)a->times.count;
	a->squares += delta * ((double)answer->time_ns - a->mean);
}

double
stats_loss_percent(const struct stats *a)
{
	return a->sent > 0 ? 100.0 * (double)a->lost / (double)a->sent : 0;
}

double
stats_deviation(const struct stats *a)
{
	return a->times.count > 0 ? sqrt(a->squares / (double)a->times.count) :
				    0;
}

double
stats_figure(const struct stats *a, const struct threshold *t)
{
	switch (t->metric) {
	case METRIC_PERCENTILE:
	case METRIC_MIN:
	case METRIC_MEAN:
	case METRIC_MAX:
		return threshold_of_times(t, &a->times, STATS_ABOVE);
	case METRIC_CONNECT_PERCENTILE:
		return threshold_of_times(t, &a->connects, STATS_ABOVE);
	case METRIC_ERRORS:
		return (double)a->lost;
	case METRIC_ERROR_RATE:
		return a->sent > 0 ? stats_loss_percent(a) : NAN;
	case METRIC_DISCONNECTS:
		return (double)a->disconnects;
	case METRIC_RATE:
		break;
	}
	return NAN;
}

int
stats_judge(const struct stats *a, const struct options *opt, struct failure *f)
{
	char text[THRESHOLD_TEXT];

	if (a->corrupt > 0)
		return failure_set(f, OUTCOME_MISMATCH,
		    "%llu of %llu echoes differed",
		    (unsigned long long)a->corrupt,
		    (unsigned long long)a->sent);
	if (a->received == 0)
		return failure_set(f, OUTCOME_NEGATIVE, "no reply");
	if (opt->count > 0 && opt->deadline_ns > 0 &&
	    a->received < (uint64_t)opt->count)
		return failure_set(f, OUTCOME_NEGATIVE,
		    "%llu of %lld replies before the deadline",
		    (unsigned long long)a->received, (long long)opt->count);
	for (unsigned i = 0; i < opt->thresholds; i++) {
		const struct threshold *t = &opt->fail_if[i];
		double figure = stats_figure(a, t);

		if (threshold_broken(t, figure))
			return failure_set(f, OUTCOME_NEGATIVE, "--fail-if: %s",
			    threshold_text(t, figure, text, sizeof(text)));
	}
	return 0;
}
