/* SPDX-License-Identifier: ISC */
#include "client/bench/sampler.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "client/bench/counts.h"
#include "client/bench/load.h"
#include "client/bench/out/export.h"
#include "client/bench/plan.h"
#include "client/core/destination.h"
#include "client/core/fold.h"
#include "common/humanize.h"
#include "common/clock.h"
#include "common/output.h"
#include "common/units.h"

/* How long the progress shows the interval before. */
#define YOUNG_NS (250 * CLOCK_MS)

/* After how long a wait for connections the user is told why. */
#define PATIENCE_NS CLOCK_SECOND

void
sampler_init(struct sampler *s, const struct plan *plan,
    const struct counts *counts, const struct terminal *terminal,
    struct destination *output)
{
	s->plan = plan;
	s->counts = counts;
	s->output = output;
	progress_init(&s->progress, plan->opt, terminal, clock_ns());
}

uint64_t
sampler_established(const struct sampler *s)
{
	uint64_t made = 0;

	for (unsigned n = 0; n < s->plan->threads; n++)
		made += counts_read(&s->counts[n].connects.established);
	return made;
}

/* Say in a whole line what the load waits for, and the likely reason. */
static void
say_waiting(struct sampler *s, uint64_t made, uint64_t handshakes,
    uint64_t unanswered)
{
	const char *what = "first echo", *why;

	if (unanswered == 0) {
		what = "handshake";
		why = "the server's queue may be full, or packets get lost";
	} else if (made == 0) {
		why = "the server may not echo, or have no free worker";
	} else {
		why = "the server may have fewer workers than connections";
	}
	progress_erase(&s->progress);
	fold_print(output_error(), 7,
	    "echoc: %" PRIu64 " of %u connections made, waiting for the %s of "
	    "%" PRIu64 ": %s; each is given up after %s (-W)",
	    made, s->plan->connections, what,
	    unanswered > 0 ? unanswered : handshakes, why,
	    humanize_duration(s->plan->opt->timeout_ns).text);
}

void
sampler_wait(struct sampler *s, const struct load *load, int64_t now)
{
	struct message_counts trial = { 0 };
	struct connect_counts c = { 0 };
	unsigned handshakes = atomic_load(&load->handshakes);
	uint64_t decided;

	for (unsigned n = 0; n < s->plan->threads; n++) {
		counts_add_messages(&trial, &s->counts[n].trial);
		counts_add_connects(&c, &s->counts[n].connects);
	}
	decided = c.established + counts_faults(c.failed);
	if (decided != s->decided || handshakes == 0 || s->stuck == 0) {
		s->decided = decided;
		s->stuck = now;
	}
	if (s->warned || now - s->stuck < PATIENCE_NS || s->plan->opt->quiet)
		return;
	s->warned = true;
	say_waiting(s, c.established, handshakes,
	    trial.sent - trial.echoed - counts_faults(trial.lost));
}

static void
measure(struct sampler *s, struct interval *i, int64_t now)
{
	struct message_counts sum = { 0 };
	uint64_t echoed = 0, bytes = 0;

	memset(&s->since, 0, sizeof(s->since));
	for (unsigned n = 0; n < s->plan->threads; n++) {
		const struct counts *c = &s->counts[n];

		histogram_add(&s->since, &c->response);
		counts_add_messages(&sum, &c->window);
		echoed += counts_read(&c->completed);
		bytes += counts_read(&c->completed_bytes);
	}
	*i = (struct interval){ .length_ns = now - s->began,
		.begin_ns = s->began - s->window,
		.echoed = echoed - s->echoed,
		.bytes = bytes - s->bytes,
		.faults = counts_failed(&sum) - s->faults };
	histogram_subtract(&s->since, &s->before);
	i->p50_ns = result_percentile(&s->since, 50 * PERCENT);
	i->p99_ns = result_percentile(&s->since, 99 * PERCENT);
	i->max_ns = s->since.count > 0 ? s->since.max : -1;
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

int
sampler_interval(struct sampler *s, int64_t now, struct result *r,
    struct failure *f)
{
	struct interval i;
	char text[192];

	if (now <= s->began)
		return 0;
	measure(s, &i, now);
	histogram_add(&s->before, &s->since);
	s->echoed += i.echoed;
	s->bytes += i.bytes;
	s->faults += i.faults;
	s->began = now;
	result_interval(r, &i);
	s->last = i;
	figures(&i, text, sizeof(text));
	if (s->plan->opt->progress == PROGRESS_PLAIN && !s->plan->opt->quiet)
		fprintf(output_error(), "%.3f s  %s\n",
		    (double)(i.begin_ns + i.length_ns) / 1e9, text);
	if (!s->plan->opt->json_stream || s->output->data == NULL)
		return 0;
	/* The JSON may go to the same terminal. */
	progress_erase(&s->progress);
	return export_interval(s->output, &i, f);
}

/* "[  1.3s/10s] 50 conn  182k/s ..." */
static void
show_running(struct sampler *s, const struct interval *i, int64_t now)
{
	const struct options *opt = s->plan->opt;
	uint64_t connections = sampler_established(s);
	int64_t done = now - s->window;
	char text[320], state[192], seconds[32], end[40] = "";

	figures(i, state, sizeof(state));
	units_seconds_text(s->plan->duration_ns / 1000000, seconds,
	    sizeof(seconds));
	if (opt->messages == 0)
		snprintf(end, sizeof(end), "/%ss", seconds);
	if (done < 0)
		snprintf(text, sizeof(text), "[warm-up] %" PRIu64 " conn  %s",
		    connections, state);
	else
		snprintf(text, sizeof(text), "[%5.1fs%s] %" PRIu64 " conn  %s",
		    (double)done / 1e9, end, connections, state);
	progress_draw(&s->progress, now, text);
}

void
sampler_show(struct sampler *s, int64_t now)
{
	struct interval i;
	char text[80];

	if (!progress_is_due(&s->progress, now))
		return;
	if (s->window == 0) {
		snprintf(text, sizeof(text), "connecting %" PRIu64 "/%u",
		    sampler_established(s), s->plan->connections);
		progress_draw(&s->progress, now, text);
		return;
	}
	/* An interval that has just begun has too few echoes to show. */
	if (now - s->began < YOUNG_NS && s->last.length_ns > 0)
		i = s->last;
	else
		measure(s, &i, now);
	show_running(s, &i, now);
}
