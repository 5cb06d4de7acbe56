/* SPDX-License-Identifier: ISC */
#include "client/bench/out/status.h"

#include <inttypes.h>
#include <stdio.h>

#include "client/bench/result.h"
#include "client/core/fold.h"
#include "client/core/humanize.h"
#include "client/core/progress.h"
#include "common/output.h"
#include "common/units.h"

void
status_connecting(struct progress *p, uint64_t made, uint64_t wanted,
    int64_t now)
{
	char text[80];

	snprintf(text, sizeof(text), "connecting %" PRIu64 "/%" PRIu64, made,
	    wanted);
	progress_draw(p, now, text);
}

void
status_waiting(struct progress *p, const struct waiting *w)
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
	    w->unanswered > 0 ? w->unanswered : w->handshakes, why, timeout);
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
status_running(struct progress *p, int64_t done, int64_t whole,
    uint64_t connections, const struct interval *i, int64_t now)
{
	char text[256], state[128], seconds[HUMANIZE_TEXT], end[40] = "";

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
	progress_draw(p, now, text);
}

void
status_interval(const struct interval *i)
{
	char state[128];

	figures(i, state, sizeof(state));
	fprintf(output_error(), "%.3f s  %s\n",
	    (double)(i->begin_ns + i->length_ns) / 1e9, state);
}
