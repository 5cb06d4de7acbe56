/* SPDX-License-Identifier: ISC */
#include "client/core/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "client/bench/result.h"
#include "client/core/fold.h"
#include "client/core/humanize.h"
#include "client/core/terminal.h"
#include "client/options.h"
#include "common/output.h"
#include "common/units.h"

#define FIRST_NS INT64_C(500000000)
#define AGAIN_NS INT64_C(250000000)

void
progress_init(struct progress *p, const struct options *opt,
    const struct terminal *t, int64_t now)
{
	memset(p, 0, sizeof(*p));
	p->plain = opt->progress == PROGRESS_PLAIN && !opt->quiet;
	p->drawn = opt->progress == PROGRESS_AUTO && !opt->quiet && t->err &&
	    t->moves;
	p->began = p->then = now;
	p->next = now + FIRST_NS;
}

/* One line, no longer than the terminal is wide. */
static void
draw(struct progress *p, const char *text, int64_t now)
{
	unsigned width = terminal_error_width();

	fprintf(output_error(), "\r%.*s\033[K",
	    (int)(width > 1 ? width - 1 : 1), text);
	p->visible = true;
	p->next = now + AGAIN_NS;
}

void
progress_connecting(struct progress *p, uint64_t made, uint64_t wanted,
    int64_t now)
{
	char text[80];

	if (!p->drawn || now < p->next)
		return;
	snprintf(text, sizeof(text), "connecting %" PRIu64 "/%" PRIu64, made,
	    wanted);
	draw(p, text, now);
}

void
progress_waiting(struct progress *p, const struct waiting *w)
{
	char timeout[HUMANIZE_TEXT];
	const char *what = "first echo", *why;

	if (w->unanswered == 0) {
		what = "handshake";
		why = "the server's queue may be full, or packets get lost";
	} else if (w->made == 0) {
		why = "the server may not echo, or have no free worker";
	} else {
		why = "the server may have fewer workers than connections";
	}
	humanize_duration(w->timeout_ns, timeout, sizeof(timeout));
	progress_erase(p);
	fold_print(output_error(), 7,
	    "echoc: %" PRIu64 " of %" PRIu64 " connections made, waiting for "
	    "the %s of %" PRIu64 ": %s; each is given up after %s (-W)",
	    w->made, w->wanted, what,
	    w->unanswered > 0 ? w->unanswered : w->under_way, why, timeout);
}

/* "182k/s  p50 210 us p99 1.40 ms  err 0" */
static void
figures(const struct interval *i, char *text, size_t size)
{
	char rate[HUMANIZE_TEXT], p50[HUMANIZE_TEXT] = "-",
				  p99[HUMANIZE_TEXT] = "-";
	double seconds = (double)i->length_ns / 1e9;

	humanize_short(seconds > 0 ? (double)i->echoed / seconds : 0, rate,
	    sizeof(rate));
	if (i->p50_ns >= 0)
		humanize_time(i->p50_ns, p50, sizeof(p50));
	if (i->p99_ns >= 0)
		humanize_time(i->p99_ns, p99, sizeof(p99));
	snprintf(text, size, "%s/s  p50 %s p99 %s  err %" PRIu64, rate, p50,
	    p99, i->faults);
}

void
progress_running(struct progress *p, int64_t done, int64_t whole,
    uint64_t connections, const struct interval *i, int64_t now)
{
	char text[256], state[128], seconds[HUMANIZE_TEXT], end[40] = "";

	if (!p->drawn || now < p->next)
		return;
	figures(i, state, sizeof(state));
	units_seconds_text(whole / 1000000, seconds, sizeof(seconds));
	if (whole > 0)
		snprintf(end, sizeof(end), "/%ss", seconds);
	if (done < 0)
		snprintf(text, sizeof(text), "[warm-up] %" PRIu64 " conn  %s",
		    connections, state);
	else
		snprintf(text, sizeof(text), "[%5.1fs%s] %" PRIu64 " conn  %s",
		    (double)done / 1e9, end, connections, state);
	draw(p, text, now);
}

/* "1:05 left", by the rate of all so far; "" when that is not known. */
static void
time_left(const struct progress *p, uint64_t done, uint64_t whole, int64_t now,
    char *text, size_t size)
{
	int64_t seconds;

	text[0] = '\0';
	if (done == 0 || whole < done)
		return;
	seconds = (int64_t)((double)(whole - done) / (double)done *
		      (double)(now - p->began) / 1e9) +
	    1;
	if (seconds < 3600)
		snprintf(text, size, "  %" PRId64 ":%02" PRId64 " left",
		    seconds / 60, seconds % 60);
	else
		snprintf(text, size,
		    "  %" PRId64 ":%02" PRId64 ":%02" PRId64 " left",
		    seconds / 3600, seconds / 60 % 60, seconds % 60);
}

void
progress_sending(struct progress *p, uint64_t done, uint64_t whole, int64_t now)
{
	char volume[HUMANIZE_TEXT], of[HUMANIZE_TEXT + 4] = "",
						       rate[HUMANIZE_TEXT];
	char all[HUMANIZE_TEXT], left[64], text[256];
	double seconds = (double)(now - p->then) / 1e9;

	if (!p->drawn || now < p->next || seconds <= 0)
		return;
	if (whole > 0)
		snprintf(of, sizeof(of), " of %s",
		    humanize_bytes((double)whole, all, sizeof(all)));
	time_left(p, done, whole, now, left, sizeof(left));
	snprintf(text, sizeof(text), "[%5.1fs] %s%s  %s/s%s",
	    (double)(now - p->began) / 1e9,
	    humanize_bytes((double)done, volume, sizeof(volume)), of,
	    humanize_bytes((double)(done - p->done) / seconds, rate,
		sizeof(rate)),
	    left);
	p->done = done;
	p->then = now;
	draw(p, text, now);
}

void
progress_interval(struct progress *p, const struct interval *i)
{
	char state[128];

	if (!p->plain)
		return;
	figures(i, state, sizeof(state));
	fprintf(output_error(), "%.3f s  %s\n",
	    (double)(i->begin_ns + i->length_ns) / 1e9, state);
}

void
progress_erase(struct progress *p)
{
	if (!p->visible)
		return;
	fputs("\r\033[K", output_error());
	p->visible = false;
}
