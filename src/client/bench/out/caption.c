/* SPDX-License-Identifier: ISC */
#include "client/bench/out/caption.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "client/bench/plan.h"
#include "client/bench/result.h"
#include "client/core/histogram.h"
#include "common/humanize.h"
#include "client/net/target.h"

/* The most bytes of a text that the user gave. */
enum { PART = 64 };

/* The first `most` bytes, at most PART, with '?' for what cannot be printed. */
static const char *
part(const char *text, size_t most, char buf[PART + 4])
{
	bool plain = MB_CUR_MAX == 1 || mbstowcs(NULL, text, 0) == (size_t)-1;
	size_t n = strlen(text), end = n;

	/* Not in the middle of a character. */
	if (n > most)
		for (end = most;
		     ((unsigned char)text[end] & 0xc0) == 0x80 && end > 0;)
			end--;
	snprintf(buf, PART + 4, "%.*s%s", (int)end, text,
	    n > most ? "..." : "");
	for (char *c = buf; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f ||
		    (plain && (unsigned char)*c >= 0x80))
			*c = '?';
	return buf;
}

const char *
caption_plural(int64_t n)
{
	return n == 1 ? "" : "s";
}

const char *
caption_latency(const struct result *r)
{
	return plan_is_open_loop(r->plan) ? "response time" : "service time";
}

const char *
caption_load(char *line, size_t size, const struct plan *plan,
    const char *sizes)
{
	const struct options *opt = plan->opt;
	char pace[96];

	if (plan_is_open_loop(plan))
		snprintf(pace, sizeof(pace), "%" PRId64 " messages/s in total",
		    opt->rate);
	else
		snprintf(pace, sizeof(pace),
		    "%" PRId64 " message%s in flight on each", opt->pipeline,
		    caption_plural(opt->pipeline));
	snprintf(line, size, "%s loop: %u connection%s, %s, %s bytes",
	    plan_is_open_loop(plan) ? "open" : "closed", plan->connections,
	    caption_plural(plan->connections), pace, sizes);
	return line;
}

static void
write_outcome(char line[CAPTION_TEXT], const struct result *r)
{
	const struct histogram *h = &r->counts.response;
	uint64_t lost = counts_failed(&r->counts.window);

	snprintf(line, CAPTION_TEXT,
	    "%" PRIu64 " echoed and %" PRIu64 " lost in %s (%.1f/s); %s: min "
	    "%s, mean %s, max %s",
	    r->counts.window.echoed, lost, humanize_time(r->window_ns).text,
	    r->rate, caption_latency(r), humanize_time(h->min).text,
	    humanize_time((int64_t)histogram_mean(h)).text,
	    humanize_time(h->max).text);
}

static void
write_place(char line[CAPTION_TEXT], const struct result *r)
{
	const struct plan *plan = r->plan;
	struct utsname system = { .nodename = "?" };
	char here[PART + 4], date[64];
	struct tm tm;

	uname(&system);
	gmtime_r(&plan->opt->started.tv_sec, &tm);
	strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S UTC", &tm);
	snprintf(line, CAPTION_TEXT,
	    "measured on %s (%u thread%s, %u CPU%s) by echoc " PACKAGE_VERSION
	    ", %s%s",
	    part(system.nodename, PART / 2, here), plan->threads,
	    caption_plural(plan->threads), plan->cpus,
	    caption_plural(plan->cpus), date,
	    r->saturated ? "; the client limits this result" : "");
}

void
caption_write(char line[CAPTION_LINES][CAPTION_TEXT], const struct target *t,
    const struct result *r)
{
	const char *label = r->plan->opt->label;
	char host[ADDR_TEXT], name[PART + 4], all[160], sizes[PART + 4];

	addr_host(&r->plan->peer, host, sizeof(host));
	snprintf(line[0], CAPTION_TEXT, "Echo of %s (%s) port %u%s",
	    part(t->host, PART / 2, name), host, t->port,
	    r->plan->loopback ? ", loopback" : "");
	snprintf(line[1], CAPTION_TEXT, "%s",
	    label != NULL ? part(label, PART, name) : "");
	sizes_text(&r->plan->opt->sizes, all, sizeof(all));
	caption_load(line[2], CAPTION_TEXT, r->plan, part(all, PART, sizes));
	write_outcome(line[3], r);
	write_place(line[4], r);
}
