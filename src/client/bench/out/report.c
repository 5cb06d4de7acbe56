/* SPDX-License-Identifier: ISC */
#include "client/bench/out/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "client/bench/out/caption.h"
#include "client/bench/out/chart.h"
#include "client/bench/plan.h"
#include "client/bench/result.h"
#include "client/core/fold.h"
#include "client/core/histogram.h"
#include "common/humanize.h"
#include "client/core/signals.h"
#include "common/terminal.h"
#include "client/net/target.h"

/* Where the second column begins. */
enum { INDENT = 12 };

void
report_head(FILE *f, const struct target *t, const struct result *r)
{
	const struct plan *plan = r->plan;
	const struct options *opt = plan->opt;
	char host[ADDR_TEXT], length[64], warmup[80] = ", no warm-up",
					  reconnect[96] = "";
	char sizes[160], load[CAPTION_TEXT];

	addr_host(&plan->peer, host, sizeof(host));
	fold_print(f, 2, "echoc bench: %s (%s) port %u%s", t->host, host,
	    t->port, plan->loopback ? ", loopback" : "");
	sizes_text(&opt->sizes, sizes, sizeof(sizes));
	fold_print(f, 2, "%s", caption_load(load, sizeof(load), plan, sizes));
	if (plan->warmup_ns > 0)
		snprintf(warmup, sizeof(warmup), " after %s of warm-up",
		    humanize_duration(plan->warmup_ns).text);
	if (opt->messages > 0)
		snprintf(length, sizeof(length), "%" PRId64 " message%s",
		    opt->messages, caption_plural(opt->messages));
	else
		snprintf(length, sizeof(length), "%s",
		    humanize_duration(opt->duration_ns).text);
	if (opt->reconnect > 0)
		snprintf(reconnect, sizeof(reconnect),
		    ", a new connection after %" PRId64 " message%s",
		    opt->reconnect, caption_plural(opt->reconnect));
	fold_print(f, 2, "%u thread%s (%u CPU%s), %s%s%s", plan->threads,
	    caption_plural(plan->threads), plan->cpus,
	    caption_plural(plan->cpus), length, warmup, reconnect);
	putc('\n', f);
}

static void
print_messages(FILE *f, const struct result *r)
{
	const struct message_counts *t = &r->counts.window;
	char more[96] = "";
	double seconds = (double)r->window_ns / 1e9;

	if (t->not_sent > 0)
		snprintf(more, sizeof(more), ", %" PRIu64 " not sent",
		    t->not_sent);
	fold_print(f, INDENT,
	    "messages    %" PRIu64 " sent, %" PRIu64 " echoed, %" PRIu64
	    " timeouts, %" PRIu64 " errors%s",
	    t->sent, t->echoed, t->lost[FAULT_TIMEOUT], counts_errors(t), more);
	fprintf(f, "rate        %.1f/s in %s", r->rate,
	    humanize_time(r->window_ns).text);
	if (r->plan->opt->rate > 0)
		fprintf(f, " (%s of the %" PRId64 "/s asked for)",
		    humanize_percent(r->rate, (double)r->plan->opt->rate).text,
		    r->plan->opt->rate);
	putc('\n', f);
	if (seconds <= 0)
		return;
	fprintf(f, "throughput  %s/s out, %s/s in\n",
	    humanize_bytes((double)t->bytes_sent / seconds).text,
	    humanize_bytes((double)r->counts.completed_bytes / seconds).text);
}

static void
print_connects(FILE *f, const struct result *r)
{
	const struct connect_counts *c = &r->counts.connects;
	const struct histogram *h = &r->counts.connect;
	char later[96] = "";

	if (c->again > 0 && r->window_ns > 0)
		snprintf(later, sizeof(later), ", %" PRIu64 " later (%.1f/s)",
		    c->again, (double)c->within * 1e9 / (double)r->window_ns);
	fold_print(f, INDENT,
	    "connections %" PRIu64 " of %" PRIu64 " made in %s%s",
	    c->established, c->wanted, humanize_time(r->connect_ns).text,
	    later);
	if (h->count == 0)
		return;
	fprintf(f, "connect     p50 %s, p99 %s, max %s\n",
	    humanize_known(result_percentile(h, 50 * PERCENT)).text,
	    humanize_known(result_percentile(h, 99 * PERCENT)).text,
	    humanize_time(h->max).text);
}

static void
print_row(FILE *f, const char *name, const struct humanize_unit *unit,
    int64_t response, int64_t service, bool both)
{
	fprintf(f, "  %-8s %16s", name,
	    response >= 0 ? humanize_column(*unit, response).text : "-");
	if (both)
		fprintf(f, " %16s",
		    service >= 0 ? humanize_column(*unit, service).text : "-");
	putc('\n', f);
}

static void
print_latency(FILE *f, const struct result *r)
{
	const struct options *opt = r->plan->opt;
	const struct histogram *h = &r->counts.response,
			       *s = &r->counts.service;
	struct humanize_unit unit = humanize_unit(h->max);
	bool both = plan_is_open_loop(r->plan);
	char name[THRESHOLD_NAME];

	if (h->count == 0)
		return;
	fprintf(f, "\n  %-8s %16s", "latency", caption_latency(r));
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
	const struct connect_counts *c = &r->counts.connects;
	uint64_t all = counts_failed(&r->counts.window) +
	    counts_failed(&r->counts.warmup) + counts_faults(c->failed) +
	    counts_faults(c->again_failed) + counts_faults(c->broken);

	if (all == 0)
		fputs("no errors\n", f);
	print_kinds(f, "messages lost", r->counts.window.lost, t);
	print_kinds(f, "lost in the warm-up", r->counts.warmup.lost, t);
	if (r->counts.warmup.not_sent > 0)
		fprintf(f,
		    "%" PRIu64 " messages of the warm-up were not sent\n",
		    r->counts.warmup.not_sent);
	print_kinds(f, "connections not made", c->failed, t);
	print_kinds(f, "connections broken", c->broken, t);
	print_kinds(f, "reconnects failed", c->again_failed, t);
	if (c->unclosed > 0)
		fold_print(f, 2,
		    "%" PRIu64 " connections were not closed by the "
		    "server within 1 s of our end",
		    c->unclosed);
}

static void
print_verified(FILE *f, const struct result *r, const struct terminal *t)
{
	const struct counts *c = &r->counts;
	bool bad = c->mismatches > 0;

	if (r->plan->opt->no_verify != 0)
		fprintf(f, "not verified (--verify none)\n");
	else
		fprintf(f, "%sverified %s, %" PRIu64 " mismatches%s\n",
		    bad ? terminal_colour(t, COLOUR_BAD) : "",
		    humanize_bytes((double)c->verified).text, c->mismatches,
		    bad ? terminal_colour(t, COLOUR_NONE) : "");
}

static void
print_saturation(FILE *f, const struct result *r)
{
	const struct counts *c = &r->counts;
	uint64_t local = c->connects.failed[FAULT_LOCAL] +
	    c->connects.again_failed[FAULT_LOCAL];
	char busy[80] = "", failed[128] = "";
	char so[96] = "; the rate is a lower bound";
	double busiest = -1;

	for (unsigned i = 0; i < r->plan->threads; i++)
		if (r->busy[i] > busiest)
			busiest = r->busy[i];
	if (busiest >= 0)
		snprintf(busy, sizeof(busy), ": a thread is %s busy",
		    humanize_percent(busiest, 1).text);
	if (local > 0)
		snprintf(failed, sizeof(failed),
		    ", %" PRIu64 " connections failed: %s", local,
		    fault_words(FAULT_LOCAL));
	if (c->skipped > 0)
		snprintf(so, sizeof(so),
		    " and did not get to %" PRIu64 " messages", c->skipped);
	else if (plan_is_open_loop(r->plan))
		snprintf(so, sizeof(so), ", p99 of %s late with messages",
		    humanize_time(histogram_percentile(&c->lag, 99 * PERCENT))
			.text);
	fold_print(f, 2, "warning: the client limits this result%s%s%s", busy,
	    failed, so);
}

static void
print_remarks(FILE *f, const struct result *r)
{
	const struct counts *c = &r->counts;
	const struct options *opt = r->plan->opt;
	char text[THRESHOLD_TEXT];

	if (c->window.not_sent > r->due / 100)
		fold_print(f, 2,
		    "%" PRIu64 " of %" PRIu64 " messages due were sent",
		    c->window.sent, r->due);
	else if (r->due > c->completed + r->due / 100)
		fold_print(f, 2,
		    "%s%" PRIu64 " of %" PRIu64
		    " messages due were echoed within the window",
		    r->saturated ? "" : "the server did not keep up: ",
		    c->completed, r->due);
	if (result_lacks_workers(r))
		fold_print(f, 2,
		    "%" PRIu64 " of %" PRIu64 " connections had no echo: the "
		    "server may have fewer workers than connections; these "
		    "figures are of the other %" PRIu64,
		    c->connects.failed[FAULT_TIMEOUT], c->connects.wanted,
		    c->connects.established);
	if (r->saturated)
		print_saturation(f, r);
	if (r->plan->threads > r->plan->cpus)
		fprintf(f, "warning: more threads than CPUs (%u)\n",
		    r->plan->cpus);
	for (unsigned i = 0; i < opt->thresholds; i++)
		if (r->broken[i])
			fprintf(f, "failed: %s\n",
			    threshold_text(&opt->fail_if[i], r->figure[i], text,
				sizeof(text)));
	if (r->interrupted)
		fprintf(f, "%s\n", signals_words());
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
	    r->counts.response.count == 0)
		return;
	putc('\n', f);
	chart_print(f, &r->counts.response, terminal_width(STDOUT_FILENO),
	    t->utf8);
}
