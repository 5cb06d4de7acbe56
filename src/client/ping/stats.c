/* SPDX-License-Identifier: ISC */
#include "client/ping/stats.h"

#include <math.h>

#include "client/core/failure.h"
#include "client/options.h"
#include "client/ping/probes.h"

void
stats_answer(struct stats *s, const struct answer *answer)
{
	double delta;

	if (answer->fault == FAULT_MISMATCH) {
		s->corrupt++;
		s->lost += !answer->late && answer->seq != 0;
		return;
	}
	if (answer->fault != FAULT_NONE) {
		s->lost++;
		return;
	}
	if (answer->late) {
		s->late++;
		return;
	}
	s->received++;
	/* Its time would be that of this client. */
	if (answer->late_ns > 0) {
		s->untimed++;
		return;
	}
	histogram_record(&s->times, answer->time_ns);
	delta = (double)answer->time_ns - s->mean;
	s->mean += delta / (double)s->times.count;
	s->squares += delta * ((double)answer->time_ns - s->mean);
}

double
stats_loss_percent(const struct stats *s)
{
	return s->sent > 0 ? 100.0 * (double)s->lost / (double)s->sent : 0;
}

double
stats_deviation(const struct stats *s)
{
	return s->times.count > 0 ? sqrt(s->squares / (double)s->times.count) :
				    0;
}

double
stats_figure(const struct stats *s, const struct threshold *t)
{
	switch (t->metric) {
	case METRIC_PERCENTILE:
	case METRIC_MIN:
	case METRIC_MEAN:
	case METRIC_MAX:
		return threshold_of_times(t, &s->times, STATS_ABOVE);
	case METRIC_CONNECT_PERCENTILE:
		return threshold_of_times(t, &s->connects, STATS_ABOVE);
	case METRIC_ERRORS:
		return (double)s->lost;
	case METRIC_ERROR_RATE:
		return s->sent > 0 ? stats_loss_percent(s) : NAN;
	case METRIC_DISCONNECTS:
		return (double)s->disconnects;
	case METRIC_RATE:
		break;
	}
	return NAN;
}

int
stats_judge(const struct stats *s, const struct options *opt, struct failure *f)
{
	char text[THRESHOLD_TEXT];

	if (s->corrupt > 0)
		return failure_set(f, OUTCOME_MISMATCH,
		    "%llu of %llu echoes differed",
		    (unsigned long long)s->corrupt,
		    (unsigned long long)s->sent);
	if (s->received == 0)
		return failure_set(f, OUTCOME_NEGATIVE, "no reply");
	if (opt->count > 0 && opt->deadline_ns > 0 &&
	    s->received < (uint64_t)opt->count)
		return failure_set(f, OUTCOME_NEGATIVE,
		    "%llu of %lld replies before the deadline",
		    (unsigned long long)s->received, (long long)opt->count);
	for (unsigned i = 0; i < opt->thresholds; i++) {
		const struct threshold *t = &opt->fail_if[i];
		double figure = stats_figure(s, t);

		if (threshold_broken(t, figure))
			return failure_set(f, OUTCOME_NEGATIVE, "--fail-if: %s",
			    threshold_text(t, figure, text, sizeof(text)));
	}
	return 0;
}
