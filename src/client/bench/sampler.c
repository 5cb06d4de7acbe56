/* SPDX-License-Identifier: ISC */
#include "client/bench/sampler.h"

#include <string.h>

#include "client/bench/counts.h"
#include "client/bench/load.h"
#include "client/bench/out/export.h"
#include "client/bench/out/status.h"
#include "client/bench/plan.h"
#include "client/core/destination.h"
#include "common/clock.h"

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

void
sampler_wait(struct sampler *s, const struct load *load, int64_t now)
{
	struct message_counts trial = { 0 };
	struct connect_counts c = { 0 };
	uint64_t decided;
	struct waiting w = { .handshakes = atomic_load(&load->handshakes) };

	for (unsigned n = 0; n < s->plan->threads; n++) {
		counts_add_messages(&trial, &s->counts[n].trial);
		counts_add_connects(&c, &s->counts[n].connects);
	}
	decided = c.established + counts_faults(c.failed);
	if (decided != s->decided || w.handshakes == 0 || s->stuck == 0) {
		s->decided = decided;
		s->stuck = now;
	}
	if (s->warned || now - s->stuck < PATIENCE_NS || s->plan->opt->quiet)
		return;
	s->warned = true;
	w.wanted = s->plan->connections;
	w.made = c.established;
	w.unanswered = trial.sent - trial.echoed - counts_faults(trial.lost);
	w.timeout_ns = s->plan->opt->timeout_ns;
	status_waiting(&s->progress, &w);
}

void
sampler_begin(struct sampler *s, int64_t window)
{
	s->window = s->began = window;
}

/* What has been counted since the interval began. */
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

int
sampler_interval(struct sampler *s, int64_t now, struct result *r,
    struct failure *f)
{
	struct interval i;

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
	if (s->plan->opt->progress == PROGRESS_PLAIN && !s->plan->opt->quiet)
		status_interval(&i);
	if (!s->plan->opt->json_stream || s->output->data == NULL)
		return 0;
	/* The JSON may go to the same terminal. */
	progress_erase(&s->progress);
	return export_interval(s->output, &i, f);
}

void
sampler_show(struct sampler *s, int64_t now)
{
	const struct options *opt = s->plan->opt;
	struct interval i;

	if (!progress_is_due(&s->progress, now))
		return;
	if (s->window == 0) {
		status_connecting(&s->progress, sampler_established(s),
		    s->plan->connections, now);
		return;
	}
	/* An interval that has just begun has too few echoes to show. */
	if (now - s->began < YOUNG_NS && s->last.length_ns > 0)
		i = s->last;
	else
		measure(s, &i, now);
	status_running(&s->progress, now - s->window,
	    opt->messages > 0 ? 0 : s->plan->duration_ns,
	    sampler_established(s), &i, now);
}

void
sampler_end(struct sampler *s)
{
	progress_erase(&s->progress);
}
