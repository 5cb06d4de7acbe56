/* SPDX-License-Identifier: ISC */
#include "client/modes.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "client/bench/out/caption.h"
#include "client/bench/out/export.h"
#include "client/bench/out/message_log.h"
#include "client/bench/out/percentiles.h"
#include "client/bench/out/plot.h"
#include "client/bench/out/report.h"
#include "client/bench/plan.h"
#include "client/bench/result.h"
#include "client/bench/sampler.h"
#include "client/bench/thread.h"
#include "client/core/destination.h"
#include "client/core/failure.h"
#include "client/core/signals.h"
#include "client/core/terminal.h"
#include "client/net/dial.h"
#include "client/net/pattern.h"
#include "client/net/race.h"
#include "client/net/target.h"
#include "client/options.h"
#include "common/clock.h"
#include "common/output.h"

#define TICK_NS (100 * CLOCK_MS)

struct bench {
	const struct options *opt;
	struct target *target;
	const struct terminal *terminal;
	struct destination *product;
	struct plan plan;
	struct control control;
	struct thread *loops;
	struct result result;
	struct sampler sampler;
	int log;		/* of messages, -1: none */
	FILE *spectrum;		/* --hdr; NULL: none */
	struct failure writing; /* what could not be written */
};

static void
wake_all(struct bench *b)
{
	for (unsigned n = 0; n < b->plan.threads; n++)
		thread_wake(&b->loops[n]);
}

/* The first signal ends the load, the second one the program. */
static void
interrupted(struct bench *b)
{
	int64_t now = clock_ns();

	b->result.interrupted = true;
	if (b->control.start == 0)
		atomic_store(&b->control.abandon, true);
	else if (now < b->control.end)
		atomic_store(&b->control.end, now);
	wake_all(b);
}

/* Wait for the threads to say something, until `until` at the latest. */
static void
wait_until(struct bench *b, int64_t until)
{
	int64_t now = clock_ns(), left;
	struct pollfd fds[] = {
		{ .fd = b->control.changed, .events = POLLIN },
		{ .fd = b->result.interrupted ? -1 : signals_fd(),
		    .events = POLLIN },
	};
	struct timespec wait;
	eventfd_t value;

	if (until > now + TICK_NS)
		until = now + TICK_NS;
	left = until > now ? until - now : 0;
	wait = (struct timespec){ .tv_sec = left / CLOCK_SECOND,
		.tv_nsec = left % CLOCK_SECOND };
	if (ppoll(fds, 2, &wait, NULL) <= 0)
		return;
	if (fds[0].revents != 0)
		eventfd_read(b->control.changed, &value);
	if (fds[1].revents != 0 && signals_stopped())
		interrupted(b);
}

static bool
wait_connected(struct bench *b)
{
	int64_t began = clock_ns();

	while (atomic_load(&b->control.ready) < b->plan.threads &&
	    !b->result.interrupted) {
		wait_until(b, INT64_MAX);
		sampler_show(&b->sampler, clock_ns());
		sampler_wait(&b->sampler, &b->control, clock_ns());
	}
	b->result.connect_ns = clock_ns() - began;
	return sampler_established(&b->sampler) > 0 && !b->result.interrupted;
}

/* An interval is over.  When nobody reads about it, so is the load. */
static void
end_interval(struct bench *b, int64_t now)
{
	if (b->writing.outcome != OUTCOME_OK ||
	    sampler_interval(&b->sampler, now, &b->result, &b->writing) == 0)
		return;
	if (now < b->control.end)
		atomic_store(&b->control.end, now);
	wake_all(b);
}

static void
load(struct bench *b)
{
	struct control *c = &b->control;
	int64_t now = clock_ns(), next;

	c->window = now + b->plan.warmup_ns;
	c->end = c->window + b->plan.duration_ns;
	c->left = b->opt->messages > 0 ? b->opt->messages : INT64_MAX / 2;
	sampler_begin(&b->sampler, c->window);
	next = c->window + b->opt->interval_ns;
	atomic_store(&c->start, now);
	wake_all(b);
	while (atomic_load(&c->done) < b->plan.threads) {
		/* When all messages have an end there is only the closing. */
		if (atomic_load(&c->settled) == b->plan.threads)
			next = INT64_MAX;
		wait_until(b, next < c->end ? next : INT64_MAX);
		now = clock_ns();
		if (now >= next && now < c->end) {
			end_interval(b, now);
			/* A long one, when we were stopped meanwhile. */
			do
				next += b->opt->interval_ns;
			while (next <= now);
		}
		/* The last one ends with the window. */
		if (now >= c->end)
			next = INT64_MAX;
		sampler_show(&b->sampler, now);
	}
}

/* When the window ended in fact: with -n at the last outcome. */
static int64_t
window_end(const struct bench *b)
{
	int64_t last = b->control.window;

	if (b->opt->messages == 0 ||
	    (b->result.interrupted && atomic_load(&b->control.left) > 0))
		return b->control.end > last ? b->control.end : last;
	for (unsigned n = 0; n < b->plan.threads; n++)
		if (b->loops[n].last_outcome > last)
			last = b->loops[n].last_outcome;
	return last;
}

static int
make_loops(struct bench *b, struct failure *f)
{
	unsigned threads = b->plan.threads, first = 0;

	for (unsigned n = 0; n < threads; n++) {
		struct thread *l = &b->loops[n];

		l->plan = &b->plan;
		l->control = &b->control;
		l->number = n;
		l->connection_count = b->plan.connections / threads +
		    (n < b->plan.connections % threads);
		if (b->log != -1 && (l->log = message_log_new(b->log)) == NULL)
			return failure_sys(f, OUTCOME_LIMIT, "memory");
		if (thread_init(l, first) == -1)
			return failure_sys(f, OUTCOME_LIMIT,
			    "memory or descriptors for thread %u", n + 1);
		first += l->connection_count;
	}
	for (unsigned n = 0; n < threads; n++)
		if (thread_start(&b->loops[n]) == -1)
			return failure_sys(f, OUTCOME_LIMIT, "thread %u",
			    n + 1);
	return 0;
}

static void
run_threads(struct bench *b, struct failure *f)
{
	bool connected;
	int logged = 0;

	connected = wait_connected(b);
	if (connected)
		load(b);
	else
		atomic_store(&b->control.abandon, true);
	wake_all(b);
	for (unsigned n = 0; n < b->plan.threads; n++) {
		thread_join(&b->loops[n]);
		if (b->loops[n].log != NULL && b->loops[n].log->error != 0)
			logged = b->loops[n].log->error;
	}
	if (connected) {
		b->result.window_ns = window_end(b) - b->control.window;
		end_interval(b, window_end(b));
		result_trim(&b->result);
	}
	sampler_end(&b->sampler);
	result_gather(&b->result, b->loops, b->plan.threads);
	if (connected)
		result_judge(&b->result, f);
	else
		result_unconnected(&b->result, f);
	errno = logged;
	if (logged != 0 && f->outcome != OUTCOME_MISMATCH)
		failure_sys(f, OUTCOME_USAGE, "--log %s", b->opt->log);
}

/* The files besides the product, before there is something to lose. */
static int
open_files(struct bench *b, struct failure *f)
{
	const struct options *opt = b->opt;

	if (opt->log != NULL && (b->log = message_log_open(opt->log, f)) == -1)
		return -1;
	if (opt->spectrum != NULL &&
	    (b->spectrum = destination_file_open(opt->spectrum, f)) == NULL)
		return -1;
	return opt->plot != NULL ? plot_prepare(opt->plot, f) : 0;
}

/* The first that fails is told. */
static void
write_files(struct bench *b)
{
	char title[160];

	if (b->spectrum != NULL) {
		snprintf(title, sizeof(title), "%s in microseconds, %s loop",
		    caption_latency(&b->result),
		    b->opt->rate > 0 ? "open" : "closed");
		percentiles_print(b->spectrum, b->result.response, title);
		destination_file_close(b->spectrum, b->opt->spectrum,
		    &b->writing);
		b->spectrum = NULL;
	}
	if (b->opt->plot != NULL && b->writing.outcome == OUTCOME_OK)
		plot_draw(b->opt->plot, b->target, &b->result, &b->writing);
}

static void
show_result(struct bench *b, struct failure *f)
{
	struct destination *p = b->product;

	if (p->text != NULL) {
		report_print(p->text, &b->result, b->terminal);
		report_chart(p->text, &b->result, b->terminal);
	}
	write_files(b);
	/* The document is to know of a text that could not be written. */
	if (b->writing.outcome == OUTCOME_OK)
		destination_flush(p, &b->writing);
	if (b->writing.outcome != OUTCOME_OK && f->outcome != OUTCOME_MISMATCH)
		*f = b->writing;
	if (p->data != NULL && p->format == FORMAT_JSON)
		export_json(p, b->target, b->opt, &b->result, f, &b->writing);
	else if (p->data != NULL && p->format == FORMAT_CSV)
		export_csv(p->data, &b->result);
	if (b->writing.outcome != OUTCOME_OK && f->outcome != OUTCOME_MISMATCH)
		*f = b->writing;
}

/* Make all that a load needs, run it, and show it. */
static int
run(struct bench *b, struct failure *f)
{
	int result = -1;

	b->control.changed = eventfd(0, EFD_CLOEXEC);
	b->loops = calloc(b->plan.threads, sizeof(*b->loops));
	if (b->control.changed == -1 || b->loops == NULL ||
	    sampler_init(&b->sampler, &b->plan, b->loops, b->terminal,
		b->product) == -1 ||
	    result_init(&b->result, &b->plan) == -1)
		return failure_sys(f, OUTCOME_LIMIT, "memory");
	if (b->product->text != NULL) {
		report_head(b->product->text, b->target, &b->result);
		output_flush(b->product->text);
	}
	result = make_loops(b, f);
	if (result == 0) {
		run_threads(b, f);
		show_result(b, f);
	}
	atomic_store(&b->control.abandon, true);
	for (unsigned n = 0; n < b->plan.threads; n++) {
		if (b->loops[n].started)
			thread_wake(&b->loops[n]);
		thread_join(&b->loops[n]);
		thread_free(&b->loops[n]);
	}
	return result;
}

/* With several addresses one connection finds that for all others. */
static int
choose_peer(struct bench *b, struct failure *f)
{
	struct dialled c;

	if (b->target->count == 1)
		return 0;
	if (race_run(b->target, b->opt, &c, f) == -1)
		return -1;
	/* Without the wait that would keep its port. */
	dial_hang_up(c.fd);
	plan_set_peer(&b->plan, &c.peer);
	return 0;
}

int
bench_run(struct target *t, const struct options *opt, struct destination *p,
    const struct terminal *terminal, struct failure *f)
{
	struct bench b = { .opt = opt,
		.target = t,
		.terminal = terminal,
		.product = p,
		.log = -1 };
	bool shown = false;

	pattern_init((uint64_t)opt->seed);
	if (target_resolve(t, opt, f) == 0 &&
	    plan_make(&b.plan, opt, &t->address[0], f) == 0 &&
	    choose_peer(&b, f) == 0 && open_files(&b, f) == 0)
		shown = run(&b, f) == 0;
	/* Who ends a load early has a result, if a poor one. */
	if (f->outcome == OUTCOME_INTERRUPTED)
		f->outcome = OUTCOME_NEGATIVE;
	if (!shown && p->data != NULL && p->format == FORMAT_JSON)
		export_json(p, t, opt, NULL, f, f);
	else if (!shown && p->data != NULL)
		export_csv(p->data, NULL);
	if (b.log != -1)
		close(b.log);
	if (b.spectrum != NULL)
		output_close(b.spectrum);
	free(b.loops);
	sampler_free(&b.sampler);
	if (b.control.changed > 0)
		close(b.control.changed);
	result_free(&b.result);
	return f->outcome == OUTCOME_OK ? 0 : -1;
}
