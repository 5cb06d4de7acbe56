/* SPDX-License-Identifier: ISC */
#include "client/ping/summary.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/humanize.h"
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
summary_rtt(FILE *file, const struct stats *s, const char *label)
{
	fprintf(file, "%s min/avg/max/mdev = %.3f/%.3f/%.3f/%.3f ms", label,
	    ms((double)s->times.min), ms(s->mean), ms((double)s->times.max),
	    ms(stats_deviation(s)));
}

static void
print_percentiles(FILE *file, const struct histogram *h)
{
	/* The median needs the fewest values. */
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
print_connections(FILE *file, const struct options *opt, const struct stats *s)
{
	if (opt->fresh && s->connects.count > 0)
		fprintf(file, "connect min/avg/max = %.3f/%.3f/%.3f ms\n",
		    ms((double)s->connects.min),
		    ms(histogram_mean(&s->connects)),
		    ms((double)s->connects.max));
	if (s->disconnects > 0)
		fprintf(file, "%" PRIu64 " disconnects, ", s->disconnects);
	if (s->disconnects > 0 ||
	    (!opt->fresh && s->connections + s->failed_connections > 0))
		fprintf(file, "%" PRIu64 " reconnects, %" PRIu64 " failed\n",
		    s->connections, s->failed_connections);
}

void
summary_text(FILE *file, const struct options *opt, const struct target *t,
    const struct stats *s)
{
	char text[THRESHOLD_TEXT];

	fprintf(file, "\n--- %s port %u echo statistics ---\n", t->host,
	    t->port);
	fprintf(file,
	    "%" PRIu64 " sent, %" PRIu64 " received, %" PRIu64
	    " corrupt, %" PRIu64 " late, %s loss, time %.0f ms\n",
	    s->sent, s->received, s->corrupt, s->late,
	    humanize_percent((double)s->lost, (double)s->sent).text,
	    ms((double)(s->ended - s->began)));
	if (s->times.count > 0) {
		summary_rtt(file, s, "rtt");
		putc('\n', file);
		print_percentiles(file, &s->times);
	}
	if (s->untimed > 0)
		fprintf(file,
		    "%" PRIu64 " not timed: this client itself was late\n",
		    s->untimed);
	print_connections(file, opt, s);
	for (unsigned i = 0; i < opt->thresholds; i++) {
		const struct threshold *fail_if = &opt->fail_if[i];
		double figure = stats_figure(s, fail_if);

		if (threshold_broken(fail_if, figure))
			fprintf(file, "failed: %s\n",
			    threshold_text(fail_if, figure, text,
				sizeof(text)));
	}
}

static json_t *
extremes(const struct histogram *h)
{
	json_t *values = json_object();
	bool any = h->count > 0;

	document_set(values, "min", document_us(any ? h->min : -1));
	document_set(values, "avg",
	    any ? document_real(histogram_mean(h) / 1e3, 3) : json_null());
	document_set(values, "max", document_us(any ? h->max : -1));
	return values;
}

static json_t *
round_trips(const struct stats *s)
{
	json_t *values = extremes(&s->times);

	document_set(values, "mdev",
	    s->times.count > 0 ? document_real(stats_deviation(s) / 1e3, 3) :
				 json_null());
	for (int i = 0; i < PERCENTILES; i++)
		document_set(values, percentile_names[i],
		    document_us(histogram_supports(&s->times, percentiles[i],
				    STATS_ABOVE) ?
			    histogram_percentile(&s->times, percentiles[i]) :
			    -1));
	return values;
}

static json_t *
thresholds(const struct options *opt, const struct stats *s)
{
	json_t *array = json_array();

	for (unsigned i = 0; i < opt->thresholds; i++)
		json_array_append_new(array,
		    json_pack("{s:o, s:b}", "fail_if",
			document_text(opt->fail_if[i].text), "failed",
			(int)threshold_broken(&opt->fail_if[i],
			    stats_figure(s, &opt->fail_if[i]))));
	return array;
}

void
summary_members(json_t *object, const struct options *opt,
    const struct stats *s)
{
	const struct {
		const char *name;
		uint64_t value;
	} counts[] = { { "sent", s->sent }, { "received", s->received },
		{ "lost", s->lost }, { "late", s->late },
		{ "corrupt", s->corrupt }, { "client_late", s->untimed },
		{ "disconnects", s->disconnects },
		{ "reconnects", s->connections },
		{ "failed_connections", s->failed_connections } };

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		document_set(object, counts[i].name,
		    json_integer((json_int_t)counts[i].value));
	document_set(object, "loss_percent",
	    s->sent > 0 ? document_ratio(stats_loss_percent(s)) : json_null());
	document_set(object, "total_time_us", document_us(s->ended - s->began));
	document_set(object, "rtt_us", round_trips(s));
	if (opt->fresh)
		document_set(object, "connect_us", extremes(&s->connects));
	document_set(object, "thresholds", thresholds(opt, s));
}
