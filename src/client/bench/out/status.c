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
	const char *what = "first echo", *why;

	if (w->unanswered == 0) {
		what = "handshake";
		why = "the server's queue may be full, or packets get lost";
	} else if (w->made == 0) {
		why = "the server may not echo, or have no free worker";
	} else {
		why = "the server may have fewer workers than connections";
	}
	progress_erase(p);
	fold_print(output_error(), 7,
	    "echoc: %" PRIu64 " of %" PRIu64 " connections made, waiting for "
	    "the %s of %" PRIu64 ": %s; each is given up after %s (-W)",
	    w->made, w->wanted, what,
	    w->unanswered > 0 ? w->unanswered : w->handshakes, why,
	    humanize_duration(w->timeout_ns).text);
}

/* "182k/s  p50 210 us p99 1.40 ms  err 0" */
static void
figures(const struct interval *i, char *text, size_t size)
{
	double seconds = (double)i->length_ns / 1e9;

	snprintf(text, size, "%s/s  p50 %s p99 %s  err %" PRIu64,
	    humanize_short(seconds > 0 ? (double)i->echoed / seconds : 0).text,
	    humanize_known(i->p50_ns).text, humanize_known(i->p99_ns).text,
	    i->faults);
}

void
status_running(struct progress *p, int64_t done, int64_t whole,
    uint64_t connections, const struct interval *i, int64_t now)
{
	char text[320], state[192], seconds[32], end[40] = "";

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
	char state[192];

	figures(i, state, sizeof(state));
	fprintf(output_error(), "%.3f s  %s\n",
	    (double)(i->begin_ns + i->length_ns) / 1e9, state);
}
