/* SPDX-License-Identifier: ISC */
#include "client/ping/summary.h"

#include <inttypes.h>
#include <stdio.h>

#include "client/core/humanize.h"
#include "client/net/target.h"
#include "client/options.h"
#include "client/ping/stats.h"

static const uint32_t percentiles[] = { 50 * PERCENT, 95 * PERCENT,
	99 * PERCENT };
static const char *const percentile_names[] = { "p50", "p95", "p99" };
enum { PERCENTILES = 3 };

static double
ms(double ns)
{
	return ns / 1e6;
}

void
summary_rtt(FILE *file, const struct stats *a, const char *label)
{
	fprintf(file, "%s min/avg/max/mdev = %.3f/%.3f/%.3f/%.3f ms", label,
	    ms((double)a->times.min), ms(a->mean), ms((double)a->times.max),
	    ms(stats_deviation(a)));
}

static void
print_percentiles(FILE *file, const struct histogram *h)
{
	/* The least of them needs the fewest. */
	if (!histogram_supports(h, percentiles[0], STATS_ABOVE))
		return;
	fputs("p50/p95/p99 = ", file);
	for (int i = 0; i < PERCENTILES; i++) {
		fputs(i > 0 ? "/" : "", file);
		if (histogram_supports(h, percentiles[i], STATS_ABOVE))
			fprintf(file, "%.3f",
			    ms((double)histogram_percentile(h,
				percentiles[i])));
		else
			putc('-', file);
	}
	fputs(" ms\n", file);
}

static void
print_connections(FILE *file, const struct options *opt, const struct stats *a)
{
	if (opt->fresh && a->connects.count > 0)
		fprintf(file, "connect min/avg/max = %.3f/%.3f/%.3f ms\n",
		    ms((double)a->connects.min),
		    ms(histogram_mean(&a->connects)),
		    ms((double)a->connects.max));
	if (a->disconnects > 0)
		fprintf(file, "%" PRIu64 " disconnects, ", a->disconnects);
	if (a->disconnects > 0 ||
	    (!opt->fresh && a->connections + a->failed_connections > 0))
		fprintf(file, "%" PRIu64 " reconnects, %" PRIu64 " failed\n",
		    a->connections, a->failed_connections);
}

void
summary_text(FILE *file, const struct options *opt, const struct target *t,
    const struct stats *a)
{
	char loss[HUMANIZE_TEXT], text[THRESHOLD_TEXT];

	fprintf(file, "\n--- %s port %u echo statistics ---\n", t->host,
	    t->port);
	humanize_percent((double)a->lost, (double)a->sent, loss, sizeof(loss));
	fprintf(file,
	    "%" PRIu64 " sent, %" PRIu64 " received, %" PRIu64
	    " corrupt, %" PRIu64 " late, %s loss, time %.0f ms\n",
	    a->sent, a->received, a->corrupt, a->late, loss,
	    ms((double)(a->ended - a->began)));
	if (a->times.count > 0) {
		summary_rtt(file, a, "rtt");
		putc('\n', file);
		print_percentiles(file, &a->times);
	}
	if (a->untimed > 0)
		fprintf(file,
		    "%" PRIu64 " not timed: this client itself was late\n",
		    a->untimed);
	print_connections(file, opt, a);
	for (unsigned i = 0; i < opt->thresholds; i++) {
		const struct threshold *fail_if = &opt->fail_if[i];
		double figure = stats_figure(a, fail_if);

		if (threshold_broken(fail_if, figure))
			fprintf(file, "failed: %s\n",
			    threshold_text(fail_if, figure, text,
				sizeof(text)));
	}
}

/* Minimum, mean and maximum of what was measured, null without any. */
static json_t *
extremes(const struct histogram *h)
{
	json_t *values = json_object();
	bool any = h->count > 0;

	json_object_set_new(values, "min", document_us(any ? h->min : -1));
	json_object_set_new(values, "avg",
	    any ? document_real(histogram_mean(h) / 1e3, 3) : json_null());
	json_object_set_new(values, "max", document_us(any ? h->max : -1));
	return values;
}

static json_t *
round_trips(const struct stats *a)
{
	json_t *values = extremes(&a->times);

	json_object_set_new(values, "mdev",
	    a->times.count > 0 ? document_real(stats_deviation(a) / 1e3, 3) :
				 json_null());
	for (int i = 0; i < PERCENTILES; i++)
		json_object_set_new(values, percentile_names[i],
		    document_us(histogram_supports(&a->times, percentiles[i],
				    STATS_ABOVE) ?
			    histogram_percentile(&a->times, percentiles[i]) :
			    -1));
	return values;
}

static json_t *
thresholds(const struct options *opt, const struct stats *a)
{
	json_t *array = json_array();

	for (unsigned i = 0; i < opt->thresholds; i++)
		json_array_append_new(array,
		    json_pack("{s:o, s:b}", "fail_if",
			document_text(opt->fail_if[i].text), "failed",
			(int)threshold_broken(&opt->fail_if[i],
			    stats_figure(a, &opt->fail_if[i]))));
	return array;
}

void
summary_members(json_t *object, const struct options *opt,
    const struct stats *a)
{
	const struct {
		const char *name;
		uint64_t value;
	} counts[] = { { "sent", a->sent }, { "received", a->received },
		{ "lost", a->lost }, { "late", a->late },
		{ "corrupt", a->corrupt }, { "client_late", a->untimed },
		{ "disconnects", a->disconnects },
		{ "reconnects", a->connections },
		{ "failed_connections", a->failed_connections } };

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		json_object_set_new(object, counts[i].name,
		    json_integer((json_int_t)counts[i].value));
	json_object_set_new(object, "loss_percent",
	    a->sent > 0 ? document_ratio(stats_loss_percent(a)) : json_null());
	json_object_set_new(object, "total_time_us",
	    document_us(a->ended - a->began));
	json_object_set_new(object, "rtt_us", round_trips(a));
	if (opt->fresh)
		json_object_set_new(object, "connect_us",
		    extremes(&a->connects));
	json_object_set_new(object, "thresholds", thresholds(opt, a));
}
