/* SPDX-License-Identifier: ISC */
#include "reporter/page.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "reporter/style.h"
#include "snapshot/snapshot.h"

/* Texts are printable ASCII, and some of them come from outside. */
static void
put_text(FILE *out, const char *text)
{
	for (; *text != '\0'; text++)
		switch (*text) {
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '&':
			fputs("&amp;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		default:
			fputc(*text, out);
		}
}

/* 1234567 as "1 234 567", with spaces at which no line is broken. */
static void
put_number(FILE *out, uint64_t n)
{
	if (n >= 1000) {
		put_number(out, n / 1000);
		fprintf(out, "&nbsp;%03u", (unsigned)(n % 1000));
	} else {
		fprintf(out, "%u", (unsigned)n);
	}
}

/* To three digits: "1.42 MiB". */
static void
put_bytes(FILE *out, uint64_t n)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB",
		"PiB", "EiB" };
	double value = (double)n;
	unsigned unit = 0;

	while (value >= 999.5 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		value /= 1024;
		unit++;
	}
	fprintf(out, "%.*f&nbsp;%s",
	    unit == 0 || value >= 100 ? 0 :
		value >= 10	      ? 1 :
					2,
	    value, units[unit]);
}

/* The two largest units of a duration: "3 d 4 h", "2 min 5 s", "0.4 s". */
static void
put_duration(FILE *out, uint64_t ms)
{
	const uint64_t seconds = ms / 1000, minutes = seconds / 60,
		       hours = minutes / 60, days = hours / 24;

	if (days > 0)
		fprintf(out, "%" PRIu64 "&nbsp;d&nbsp;%u&nbsp;h", days,
		    (unsigned)(hours % 24));
	else if (hours > 0)
		fprintf(out, "%u&nbsp;h&nbsp;%u&nbsp;min", (unsigned)hours,
		    (unsigned)(minutes % 60));
	else if (minutes > 0)
		fprintf(out, "%u&nbsp;min&nbsp;%u&nbsp;s", (unsigned)minutes,
		    (unsigned)(seconds % 60));
	else
		fprintf(out, "%.1f&nbsp;s", (double)ms / 1000);
}

static double
share(uint64_t part, uint64_t whole)
{
	if (whole == 0)
		return 0;
	return part >= whole ? 100 : 100 * (double)part / (double)whole;
}

static uint64_t
since(uint64_t then, uint64_t now)
{
	return now > then ? now - then : 0;
}

static void
put_head(FILE *out, const struct snapshot *s)
{
	const char *state = snapshot_state_name[s->service.state];

	fprintf(out,
	    "<!DOCTYPE html>\n<html lang=\"en\"><head>"
	    "<meta charset=\"utf-8\">"
	    "<meta http-equiv=\"refresh\" content=\"%d\">"
	    "<meta name=\"viewport\" content=\"width=device-width\">"
	    "<title>echod: %s</title>\n<style>%s</style></head>\n<body>"
	    "<h1>echod <small>",
	    PAGE_SECONDS, state, style_sheet);
	put_text(out, s->version);
	fprintf(out, "</small> <span class=\"state %s\">%s</span></h1>\n<p>",
	    state, state);
	fputs("up ", out);
	put_duration(out, since(s->service.started_at, s->service.taken_at));
	fprintf(out,
	    ", generation %" PRIu64 ", master pid %" PRIu64 ", %" PRIu64
	    " processes",
	    s->service.generation, s->service.pid, s->process.count);
	if (s->process.rss_bytes > 0) {
		fputs(" with ", out);
		put_bytes(out, s->process.rss_bytes);
	}
	fputs("</p>\n", out);
}

/* The pool as a bar: as long as workers.max, with a part for each state. */
static void
put_pool(FILE *out, const struct snapshot *s)
{
	const struct snapshot_census *w = &s->workers;
	const struct {
		const char *name;
		uint64_t count;
	} part[] = { { "busy", w->busy }, { "leaving", w->leaving },
		{ "starting", w->starting }, { "frozen", w->frozen },
		{ "paused", w->paused }, { "idle", w->idle } };
	const unsigned parts = sizeof(part) / sizeof(part[0]);
	uint64_t all = 0;

	for (unsigned i = 0; i < parts; i++)
		all += part[i].count;
	fputs("<h2>Workers</h2>\n<div class=\"bar\" role=\"img\" aria-label=\"",
	    out);
	fprintf(out, "%" PRIu64 " of %" PRIu64 " workers, %" PRIu64 " busy\">",
	    all, w->max, w->busy);
	/* Old generations may be beyond workers.max for a while. */
	for (unsigned i = 0; i < parts; i++)
		if (part[i].count > 0)
			fprintf(out,
			    "<i class=\"%s\" style=\"width:%.2f%%\"></i>",
			    part[i].name,
			    share(part[i].count, all > w->max ? all : w->max));
	fputs("</div>\n<p class=\"legend\">", out);
	for (unsigned i = 0; i < parts; i++)
		if (part[i].count > 0 || i == 0 || i + 1 == parts)
			fprintf(out,
			    "<span><i class=\"%s\"></i>%s %" PRIu64 "</span> ",
			    part[i].name, part[i].name, part[i].count);
	fprintf(out, "<span>of at most %" PRIu64 "</span></p>\n", w->max);
	if (w->at_max != 0)
		fputs("<p class=\"alarm\">All workers are busy, and there may "
		      "be no more: new clients wait.</p>\n",
		    out);
}

static void
put_cell(FILE *out, uint64_t n)
{
	fputs("<td>", out);
	put_number(out, n);
	fputs("</td>", out);
}

/*
 * Write the drops; with TCP_DEFER_ACCEPT the kernel also counts one packet of
 * each connection, so these are an estimate.
 */
static void
put_drops(FILE *out, const struct snapshot_listener *l)
{
	fputs(l->deferred != 0 ? "<td>~" : "<td>", out);
	put_number(out,
	    l->deferred == 0	       ? l->drops :
		l->drops > l->accepted ? l->drops - l->accepted :
					 0);
	fputs("</td>", out);
}

static void
put_listener(FILE *out, const struct snapshot_listener *l)
{
	fputs("<tr><th>", out);
	put_text(out, l->address);
	if (l->name[0] != '\0') {
		fputs(" <small>", out);
		put_text(out, l->name);
		fputs("</small>", out);
	}
	if (l->draining != 0)
		fputs(" <small>draining</small>", out);
	fprintf(out,
	    "</th><td><div class=\"bar queue\"><i class=\"%s\" "
	    "style=\"width:%.2f%%\"></i></div>",
	    share(l->waiting, l->limit) >= 80 ? "full" : "busy",
	    share(l->waiting, l->limit));
	put_number(out, l->waiting);
	fputs(" of ", out);
	put_number(out, l->limit);
	fputs("</td>", out);
	put_drops(out, l);
	put_cell(out, l->active);
	put_cell(out, l->accepted);
	fputs("<td>", out);
	put_bytes(out, l->bytes_in);
	fputs("</td><td>", out);
	put_bytes(out, l->bytes_out);
	fputs("</td></tr>\n", out);
}

static void
put_listeners(FILE *out, const struct snapshot *s)
{
	fputs("<h2>Listeners</h2>\n<div class=\"wide\"><table><tr><th></th>"
	      "<th>waiting</th><th>dropped</th><th>clients</th>"
	      "<th>accepted</th><th>received</th><th>sent</th></tr>\n",
	    out);
	for (unsigned i = 0; i < s->listener_count; i++)
		put_listener(out, &s->listener[i]);
	fputs("</table></div>\n", out);
}

static void
put_total(FILE *out, const char *what, uint64_t n)
{
	fprintf(out, "<tr><th>%s</th>", what);
	put_cell(out, n);
	fputs("</tr>\n", out);
}

/* Write a table of the numbers that are not 0. */
static void
put_group(FILE *out, const char *title, const char *const *name,
    const uint64_t *count, unsigned n)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < n; i++)
		sum += count[i];
	fprintf(out, "<div><h2>%s</h2>\n<table>", title);
	put_total(out, "all", sum);
	for (unsigned i = 0; i < n; i++)
		if (count[i] > 0)
			put_total(out, name[i], count[i]);
	fputs("</table></div>\n", out);
}

static void
put_totals(FILE *out, const struct snapshot *s)
{
	const struct snapshot_connections *c = &s->connections;

	fputs("<div class=\"groups\"><div><h2>Connections</h2>\n<table>", out);
	put_total(out, "now", c->active);
	put_total(out, "accepted", c->accepted);
	put_total(out, "without a byte", c->empty);
	put_total(out, "not echoed exactly", c->mismatched);
	put_total(out, "log lines lost", s->log.lines_lost);
	fputs("<tr><th>received</th><td>", out);
	put_bytes(out, c->bytes_in);
	fputs("</td></tr>\n<tr><th>sent</th><td>", out);
	put_bytes(out, c->bytes_out);
	fputs("</td></tr></table></div>\n", out);
	put_group(out, "Ended", snapshot_reason_name, c->closed,
	    SNAPSHOT_REASONS);
	put_group(out, "Refused", snapshot_cause_name, c->refused,
	    SNAPSHOT_CAUSES);
	put_group(out, "Workers ended", snapshot_exit_name, s->pool.exited,
	    SNAPSHOT_EXITS);
	fputs("</div>\n", out);
}

static void
put_sentence(FILE *out, const char *what, const char *text, uint64_t at,
    uint64_t now)
{
	if (text[0] == '\0')
		return;
	fprintf(out, "<p><b>%s</b> ", what);
	put_text(out, text);
	if (at != 0) {
		fputs(" <small>", out);
		put_duration(out, since(at, now));
		fputs(" ago</small>", out);
	}
	fputs("</p>\n", out);
}

/*
 * Write the oldest connection, and the outcome of the last reload, upgrade and
 * self-probe.
 */
static void
put_events(FILE *out, const struct snapshot *s)
{
	const struct snapshot_oldest *o = &s->oldest;
	const uint64_t now = s->service.taken_at;

	fputs("<div class=\"events\">", out);
	if (o->pid != 0) {
		fputs("<p><b>oldest connection</b> ", out);
		put_text(out, o->peer);
		fputs(" to ", out);
		put_text(out, o->listener);
		fputs(", for ", out);
		put_duration(out, o->age_ms);
		fprintf(out, ", pid %" PRIu64 "</p>\n", o->pid);
	}
	put_sentence(out, "reload", s->reload.last, s->reload.last_at, now);
	put_sentence(out, "upgrade", s->upgrade.last, s->upgrade.last_at, now);
	put_sentence(out, "probe", s->probe.last, s->probe.last_at, now);
	fputs("</div>\n", out);
}

char *
page_write(const struct snapshot *s)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	if (out == NULL)
		return NULL;
	put_head(out, s);
	put_pool(out, s);
	put_listeners(out, s);
	put_totals(out, s);
	put_events(out, s);
	fputs("<p class=\"links\"><a href=\"/metrics\">metrics</a> "
	      "<a href=\"/status\">status</a> "
	      "<a href=\"/readyz\">ready</a> "
	      "<a href=\"/healthz\">health</a></p>\n</body></html>\n",
	    out);
	if (ferror(out) != 0) {
		(void)fclose(out);
		free(text);
		return NULL;
	}
	return fclose(out) == 0 ? text : NULL;
}
