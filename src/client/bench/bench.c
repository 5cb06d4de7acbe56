/* SPDX-License-Identifier: ISC */
#include "client/modes.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
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
#include "client/core/progress.h"
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
	struct destination *output;
	struct plan plan;
	struct load load;
	struct thread *threads;
	struct counts *counts; /* of each thread */
	struct result result;
	struct sampler sampler;
	int log;		/* the file of --log, -1: none */
	FILE *percentiles;	/* of --hdr; NULL: none */
	struct failure writing; /* what could not be written */
};

static void
wake_all(struct bench *b)
{
	for (unsigned n = 0; n < b->plan.threads; n++)
		thread_wake(&b->threads[n]);
}

/* The first signal ends the load, the second one the program. */
static void
interrupted(struct bench *b)
{
	int64_t now = clock_ns();

	b->result.interrupted = true;
	if (b->load.start == 0)
		atomic_store(&b->load.abandon, true);
	else if (now < b->load.end)
		atomic_store(&b->load.end, now);
	wake_all(b);
}

/* Wait until a thread has told something, a signal has come, or `until`. */
static void
wait_until(struct bench *b, int64_t until)
{
	int64_t now = clock_ns(), left;
	struct pollfd fds[] = {
		{ .fd = b->load.changed, .events = POLLIN },
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
		eventfd_read(b->load.changed, &value);
	if (fds[1].revents != 0 && signals_stopped())
		interrupted(b);
}

static bool
wait_connected(struct bench *b)
{
	int64_t began = clock_ns();

	while (atomic_load(&b->load.ready) < b->plan.threads &&
	    !b->result.interrupted) {
		wait_until(b, INT64_MAX);
		sampler_show(&b->sampler, clock_ns());
		sampler_wait(&b->sampler, &b->load, clock_ns());
	}
	b->result.connect_ns = clock_ns() - began;
	return sampler_established(&b->sampler) > 0 && !b->result.interrupted;
}

/* An interval is over.  If it cannot be written, so is the load. */
static void
end_interval(struct bench *b, int64_t now)
{
	if (b->writing.outcome != OUTCOME_OK ||
	    sampler_interval(&b->sampler, now, &b->result, &b->writing) == 0)
		return;
	if (now < b->load.end)
		atomic_store(&b->load.end, now);
	wake_all(b);
}

static void
run_load(struct bench *b)
{
	struct load *load = &b->load;
	int64_t now = clock_ns(), next;

	load->window = now + b->plan.warmup_ns;
	load->end = load->window + b->plan.duration_ns;
	load->left = b->opt->messages > 0 ? b->opt->messages : INT64_MAX / 2;
	b->sampler.window = b->sampler.began = load->window;
	next = load->window + b->opt->interval_ns;
	atomic_store(&load->start, now);
	wake_all(b);
	while (atomic_load(&load->done) < b->plan.threads) {
		/* All messages have an end; connections are only closed now. */
		if (atomic_load(&load->finished) == b->plan.threads)
			next = INT64_MAX;
		wait_until(b, next < load->end ? next : INT64_MAX);
		now = clock_ns();
		if (now >= next && now < load->end) {
			end_interval(b, now);
			/* Skip intervals in which this program was stopped. */
			do
				next += b->opt->interval_ns;
			while (next <= now);
		}
		/* The last one ends with the window. */
		if (now >= load->end)
			next = INT64_MAX;
		sampler_show(&b->sampler, now);
	}
}

/* When the window ended: with -n when the last message had its outcome. */
static int64_t
window_end(const struct bench *b)
{
	int64_t last = b->load.window;

	if (b->opt->messages == 0 ||
	    (b->result.interrupted && atomic_load(&b->load.left) > 0))
		return b->load.end > last ? b->load.end : last;
	for (unsigned n = 0; n < b->plan.threads; n++)
		if (b->counts[n].last_outcome > last)
			last = b->counts[n].last_outcome;
	return last;
}

static int
make_thread(struct bench *b, unsigned n, unsigned first)
{
	unsigned threads = b->plan.threads;
	struct thread *t = &b->threads[n];
	struct group *g = &t->group;

	g->load = &b->load;
	g->counts = &b->counts[n];
	g->connection_count = b->plan.connections / threads +
	    (n < b->plan.connections % threads);
	g->counts->busy = -1;
	if (b->log != -1 && (g->log = message_log_new(b->log)) == NULL)
		return -1;
	return thread_init(t, first, (uint64_t)b->opt->seed + n);
}

static int
make_threads(struct bench *b, struct failure *f)
{
	unsigned threads = b->plan.threads, first = 0;

	for (unsigned n = 0; n < threads; n++) {
		if (make_thread(b, n, first) == -1)
			return failure_sys(f, OUTCOME_LIMIT,
			    "memory or descriptors for thread %u", n + 1);
		first += b->threads[n].group.connection_count;
	}
	for (unsigned n = 0; n < threads; n++)
		if (thread_start(&b->threads[n]) == -1)
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
		run_load(b);
	else
		atomic_store(&b->load.abandon, true);
	wake_all(b);
	for (unsigned n = 0; n < b->plan.threads; n++) {
		const struct message_log *log = b->threads[n].group.log;

		thread_join(&b->threads[n]);
		if (log != NULL && log->error != 0)
			logged = log->error;
	}
	if (connected) {
		b->result.window_ns = window_end(b) - b->load.window;
		end_interval(b, window_end(b));
		result_trim(&b->result);
	}
	progress_erase(&b->sampler.progress);
	result_gather(&b->result, b->counts);
	if (connected)
		result_judge(&b->result, f);
	else
		result_unconnected(&b->result, f);
	errno = logged;
	if (logged != 0 && f->outcome != OUTCOME_MISMATCH)
		failure_sys(f, OUTCOME_USAGE, "--log %s", b->opt->log);
}

/* Open the other files before the load, so that no result is lost. */
static int
open_files(struct bench *b, struct failure *f)
{
	const struct options *opt = b->opt;

	if (opt->log != NULL && (b->log = message_log_open(opt->log, f)) == -1)
		return -1;
	if (opt->hdr != NULL &&
	    (b->percentiles = destination_file_open(opt->hdr, f)) == NULL)
		return -1;
	return opt->plot != NULL ? plot_prepare(opt->plot, f) : 0;
}

/* Only the first failure is reported. */
static void
write_files(struct bench *b)
{
	char title[160];

	if (b->percentiles != NULL) {
		snprintf(title, sizeof(title), "%s in microseconds, %s loop",
		    caption_latency(&b->result),
		    plan_is_open_loop(&b->plan) ? "open" : "closed");
		percentiles_print(b->percentiles, &b->result.counts.response,
		    title);
		destination_file_close(b->percentiles, b->opt->hdr,
		    &b->writing);
		b->percentiles = NULL;
	}
	if (b->opt->plot != NULL && b->writing.outcome == OUTCOME_OK)
		plot_draw(b->opt->plot, b->target, &b->result, &b->writing);
}

static void
show_result(struct bench *b, struct failure *f)
{
	struct destination *out = b->output;

	if (out->text != NULL) {
		report_print(out->text, &b->result, b->terminal);
		report_chart(out->text, &b->result, b->terminal);
	}
	write_files(b);
	/* The JSON reports a text that could not be written. */
	if (b->writing.outcome == OUTCOME_OK)
		destination_flush(out, &b->writing);
	failure_of_writing(f, &b->writing);
	if (out->data != NULL && out->format == FORMAT_JSON)
		export_json(out, b->target, b->opt, &b->result, f, &b->writing);
	else if (out->data != NULL && out->format == FORMAT_CSV)
		export_csv(out->data, &b->result);
	failure_of_writing(f, &b->writing);
}

/* Run the load and show its result.  Returns -1 if it could not begin. */
static int
run(struct bench *b, struct failure *f)
{
	int result = -1;

	b->load.changed = eventfd(0, EFD_CLOEXEC);
	b->load.plan = &b->plan;
	b->threads = calloc(b->plan.threads, sizeof(*b->threads));
	b->counts = calloc(b->plan.threads, sizeof(*b->counts));
	if (b->load.changed == -1 || b->threads == NULL || b->counts == NULL ||
	    result_init(&b->result, &b->plan) == -1)
		return failure_sys(f, OUTCOME_LIMIT, "memory");
	sampler_init(&b->sampler, &b->plan, b->counts, b->terminal, b->output);
	if (b->output->text != NULL) {
		report_head(b->output->text, b->target, &b->result);
		output_flush(b->output->text);
	}
	result = make_threads(b, f);
	if (result == 0) {
		run_threads(b, f);
		show_result(b, f);
	}
	atomic_store(&b->load.abandon, true);
	for (unsigned n = 0; n < b->plan.threads; n++) {
		if (b->threads[n].started)
			thread_wake(&b->threads[n]);
		thread_join(&b->threads[n]);
		thread_free(&b->threads[n]);
	}
	return result;
}

/* Of several addresses, all connections use the one that answers first. */
static int
choose_peer(struct bench *b, struct failure *f)
{
	struct dialled c;

	if (b->target->count == 1)
		return 0;
	if (race_run(b->target, b->opt, &c, f) == -1)
		return -1;
	/* A reset leaves no TIME_WAIT that would keep the port. */
	dial_hang_up(c.fd);
	plan_set_peer(&b->plan, &c.peer);
	return 0;
}

int
bench_run(struct target *t, const struct options *opt, struct destination *out,
    const struct terminal *terminal, struct failure *f)
{
	struct bench *b = calloc(1, sizeof(*b));
	bool shown = false;

	if (b == NULL)
		return failure_sys(f, OUTCOME_LIMIT, "memory");
	b->opt = opt;
	b->target = t;
	b->terminal = terminal;
	b->output = out;
	b->log = -1;
	pattern_init((uint64_t)opt->seed);
	if (target_resolve(t, opt, f) == 0 &&
	    plan_make(&b->plan, opt, &t->address[0], f) == 0 &&
	    choose_peer(b, f) == 0 && open_files(b, f) == 0)
		shown = run(b, f) == 0;
	/* A load that was interrupted has a result, if a poor one. */
	if (f->outcome == OUTCOME_INTERRUPTED)
		f->outcome = OUTCOME_NEGATIVE;
	if (!shown && out->data != NULL && out->format == FORMAT_JSON)
		export_json(out, t, opt, NULL, f, f);
	else if (!shown && out->data != NULL)
		export_csv(out->data, NULL);
	if (b->log != -1)
		close(b->log);
	if (b->percentiles != NULL)
		output_close(b->percentiles);
	free(b->threads);
	free(b->counts);
	if (b->load.changed > 0)
		close(b->load.changed);
	result_free(&b->result);
	free(b);
	return f->outcome == OUTCOME_OK ? 0 : -1;
}
