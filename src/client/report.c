/* SPDX-License-Identifier: ISC */
#include "client/report.h"

#include <inttypes.h>
#include <stdio.h>

#include "client/chart.h"
#include "client/fold.h"
#include "client/histogram.h"
#include "client/human.h"
#include "client/plan.h"
#include "client/result.h"
#include "client/target.h"
#include "client/terminal.h"

static const char *
plural(int64_t n)
{
	return n == 1 ? "" : "s";
}

void
report_head(FILE *f, const struct target *t, const struct result *r)
{
	const struct plan *plan = r->plan;
	const struct options *opt = plan->opt;
	char host[ADDR_TEXT], size[160], time[HUMAN_TEXT], warm[HUMAN_TEXT];

	addr_host(&plan->peer, host, sizeof(host));
	sizes_text(&opt->sizes, size, sizeof(size));
	fprintf(f, "echoc bench: %s (%s) port %u%s\n", t->host, host, t->port,
	    plan->loopback ? ", loopback" : "");
	if (opt->rate > 0)
		fprintf(f, "open loop: %" PRId64 " messages/s in total",
		    opt->rate);
	else
		fprintf(f, "closed loop: %" PRId64 " under way a connection",
		    opt->pipeline);
	fprintf(f, ", %u connection%s, %u thread%s (%u CPU%s), %s bytes\n",
	    plan->connections, plural(plan->connections), plan->threads,
	    plural(plan->threads), plan->cpus, plural(plan->cpus), size);
	human_duration(plan->warmup_ns, warm, sizeof(warm));
	if (opt->messages > 0)
		fprintf(f, "%" PRId64 " messages after %s of warm-up\n",
		    opt->messages, warm);
	else
		fprintf(f, "%s after %s of warm-up\n",
		    human_duration(opt->duration_ns, time, sizeof(time)), warm);
	if (opt->reconnect > 0)
		fprintf(f, "a new connection after %" PRId64 " message%s\n",
		    opt->reconnect, plural(opt->reconnect));
	putc('\n', f);
}

static void
print_messages(FILE *f, const struct result *r)
{
	const struct tally *t = &r->window;
	char time[HUMAN_TEXT], out[HUMAN_TEXT], in[HUMAN_TEXT];
	double seconds = (double)r->window_ns / 1e9;

	fprintf(f,
	    "messages    %" PRIu64 " sent, %" PRIu64 " echoed, %" PRIu64
	    " timeouts, %" PRIu64 " errors",
	    t->sent, t->echoed, t->lost[FAULT_TIMEOUT], tally_errors(t));
	if (t->not_sent > 0)
		fprintf(f, ", %" PRIu64 " not sent", t->not_sent);
	putc('\n', f);
	fprintf(f, "rate        %.1f/s in %s", r->rate,
	    human_time(r->window_ns, time, sizeof(time)));
	if (r->plan->opt->rate > 0)
		fprintf(f, " (%.1f%% of the %" PRId64 "/s asked for)",
		    100 * r->rate / (double)r->plan->opt->rate,
		    r->plan->opt->rate);
	putc('\n', f);
	if (seconds <= 0)
		return;
	fprintf(f, "throughput  %s/s out, %s/s in\n",
	    human_bytes((double)t->bytes_sent / seconds, out, sizeof(out)),
	    human_bytes((double)r->completed_bytes / seconds, in, sizeof(in)));
}

static void
print_connects(FILE *f, const struct result *r)
{
	const struct connects *c = &r->connects;
	const struct histogram *h = r->connect;
	char took[HUMAN_TEXT], p50[HUMAN_TEXT] = "-", p99[HUMAN_TEXT] = "-";
	char max[HUMAN_TEXT];
	int64_t ns;

	fprintf(f, "connections %" PRIu64 " of %" PRIu64 " made in %s",
	    c->established, c->wanted,
	    human_time(r->connect_ns, took, sizeof(took)));
	if (c->again > 0 && r->window_ns > 0)
		fprintf(f, ", %" PRIu64 " later (%.1f/s)", c->again,
		    (double)c->within * 1e9 / (double)r->window_ns);
	putc('\n', f);
	if (h->count == 0)
		return;
	ns = result_percentile(h, 50 * PERCENT);
	if (ns >= 0)
		human_time(ns, p50, sizeof(p50));
	ns = result_percentile(h, 99 * PERCENT);
	if (ns >= 0)
		human_time(ns, p99, sizeof(p99));
	fprintf(f, "connect     p50 %s, p99 %s, max %s\n", p50, p99,
	    human_time(h->max, max, sizeof(max)));
}

static void
print_row(FILE *f, const char *name, const struct human_unit *unit,
    int64_t response, int64_t service, bool both)
{
	char text[HUMAN_TEXT];

	fprintf(f, "  %-8s %16s", name,
	    response >= 0 ? human_column(*unit, response, text, sizeof(text)) :
			    "-");
	if (both)
		fprintf(f, " %16s",
		    service >= 0 ?
			human_column(*unit, service, text, sizeof(text)) :
			"-");
	putc('\n', f);
}

static void
print_latency(FILE *f, const struct result *r)
{
	const struct options *opt = r->plan->opt;
	const struct histogram *h = r->response, *s = r->service;
	struct human_unit unit = human_unit(h->max);
	bool both = s != NULL;
	char name[THRESHOLD_NAME];

	if (h->count == 0)
		return;
	fprintf(f, "\n  %-8s %16s", "latency",
	    both ? "response time" : "service time");
	fprintf(f, both ? " %16s\n" : "%s\n", both ? "service time" : "");
	print_row(f, "min", &unit, h->min, both ? s->min : -1, both);
	print_row(f, "mean", &unit, (int64_t)histogram_mean(h),
	    both ? (int64_t)histogram_mean(s) : -1, both);
	for (unsigned i = 0; i < opt->percentiles; i++) {
		threshold_name(opt->percentile[i], name, sizeof(name));
		print_row(f, name, &unit,
		    result_percentile(h, opt->percentile[i]),
		    both ? result_percentile(s, opt->percentile[i]) : -1, both);
	}
	print_row(f, "max", &unit, h->max, both ? s->max : -1, both);
	putc('\n', f);
}

static void
print_kinds(FILE *f, const char *what, const uint64_t kinds[FAULT_KINDS],
    const struct terminal *t)
{
	for (int i = 1; i < FAULT_KINDS; i++)
		if (kinds[i] > 0)
			fprintf(f, "%s%-24s %-28s %" PRIu64 "%s\n",
			    terminal_colour(t, COLOUR_BAD), what,
			    fault_words((enum fault)i), kinds[i],
			    terminal_colour(t, COLOUR_NONE));
}

static void
print_errors(FILE *f, const struct result *r, const struct terminal *t)
{
	const struct connects *c = &r->connects;
	uint64_t all = tally_faults(r->window.lost) + r->window.not_sent +
	    tally_faults(r->before.lost) + r->before.not_sent +
	    tally_faults(c->failed) + tally_faults(c->again_failed) +
	    tally_faults(c->broken);

	if (all == 0)
		fputs("no errors\n", f);
	print_kinds(f, "messages lost", r->window.lost, t);
	print_kinds(f, "lost in the warm-up", r->before.lost, t);
	if (r->before.not_sent > 0)
		fprintf(f,
		    "%" PRIu64 " messages of the warm-up were not sent\n",
		    r->before.not_sent);
	print_kinds(f, "connections not made", c->failed, t);
	print_kinds(f, "connections broken", c->broken, t);
	print_kinds(f, "reconnects failed", c->again_failed, t);
	if (c->unclosed > 0)
		fprintf(f,
		    "%" PRIu64 " connections were not closed by the "
		    "server within 1 s of our end\n",
		    c->unclosed);
}

static void
print_verified(FILE *f, const struct result *r, const struct terminal *t)
{
	char volume[HUMAN_TEXT];
	bool bad = r->mismatches > 0;

	human_bytes((double)r->verified, volume, sizeof(volume));
	if (r->plan->opt->no_verify != 0)
		fprintf(f, "not verified (--verify none)\n");
	else
		fprintf(f, "%sverified %s, %" PRIu64 " mismatches%s\n",
		    bad ? terminal_colour(t, COLOUR_BAD) : "", volume,
		    r->mismatches, bad ? terminal_colour(t, COLOUR_NONE) : "");
}

/* What of the client limits the result. */
static void
print_saturation(FILE *f, const struct result *r)
{
	uint64_t local = r->connects.failed[FAULT_LOCAL] +
	    r->connects.again_failed[FAULT_LOCAL];
	char lag[HUMAN_TEXT];
	double busiest = -1;

	for (unsigned i = 0; i < r->plan->threads; i++)
		if (r->busy[i] > busiest)
			busiest = r->busy[i];
	fputs("warning: the client limits this result", f);
	if (busiest >= 0)
		fprintf(f, ": a thread is %.0f%% busy", 100 * busiest);
	if (local > 0)
		fprintf(f, ", %" PRIu64 " connections failed: %s", local,
		    fault_words(FAULT_LOCAL));
	if (r->skipped > 0)
		fprintf(f, " and did not get to %" PRIu64 " messages",
		    r->skipped);
	else if (r->lag != NULL)
		fprintf(f, ", p99 of %s late with messages",
		    human_time(histogram_percentile(r->lag, 99 * PERCENT), lag,
			sizeof(lag)));
	else
		fputs("; the rate is a lower bound", f);
	putc('\n', f);
}

static void
print_remarks(FILE *f, const struct result *r)
{
	const struct options *opt = r->plan->opt;

	if (r->window.not_sent > r->due / 100)
		fprintf(f,
		    "%" PRIu64 " of %" PRIu64 " messages due were sent\n",
		    r->window.sent, r->due);
	else if (r->due > r->completed + r->due / 100)
		fprintf(f,
		    "%s%" PRIu64 " of %" PRIu64
		    " messages due were echoed within the window\n",
		    r->saturated ? "" : "the server did not keep up: ",
		    r->completed, r->due);
	if (result_lacks_workers(r))
		fold_print(f, 2,
		    "%" PRIu64 " of %" PRIu64 " connections had no echo: the "
		    "server may have fewer workers than connections; these "
		    "figures are of the other %" PRIu64,
		    r->connects.failed[FAULT_TIMEOUT], r->connects.wanted,
		    r->connects.established);
	if (r->saturated)
		print_saturation(f, r);
	if (r->plan->threads > r->plan->cpus)
		fprintf(f, "warning: more threads than CPUs (%u)\n",
		    r->plan->cpus);
	for (unsigned i = 0; i < opt->thresholds; i++)
		if (r->broken[i])
			fprintf(f, "failed: %s%s\n", opt->fail_if[i].text,
			    r->figure[i] != r->figure[i] ?
				" (too few samples to tell)" :
				"");
	if (r->interrupted)
		fputs("interrupted\n", f);
}

void
report_print(FILE *f, const struct result *r, const struct terminal *t)
{
	print_messages(f, r);
	print_connects(f, r);
	print_latency(f, r);
	print_errors(f, r, t);
	print_verified(f, r, t);
	print_remarks(f, r);
}

void
report_chart(FILE *f, const struct result *r, const struct terminal *t)
{
	int when = r->plan->opt->histogram;

	if (when == WHEN_NEVER || (when == WHEN_AUTO && !t->out) ||
	    r->response->count == 0)
		return;
	putc('\n', f);
	chart_print(f, r->response, terminal_width(f), t->utf8);
}
