/* SPDX-License-Identifier: ISC */
#include "client/bench.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "client/counter.h"
#include "client/dial.h"
#include "client/export.h"
#include "client/failure.h"
#include "client/interrupt.h"
#include "client/loop.h"
#include "client/msglog.h"
#include "client/options.h"
#include "client/pattern.h"
#include "client/plan.h"
#include "client/plot.h"
#include "client/product.h"
#include "client/progress.h"
#include "client/report.h"
#include "client/result.h"
#include "client/spectrum.h"
#include "client/target.h"
#include "client/terminal.h"
#include "common/clock.h"

#define TICK_NS INT64_C(100000000)

struct bench {
	const struct options *opt;
	const struct target *target;
	const struct terminal *terminal;
	struct product *product;
	struct plan plan;
	struct control control;
	struct loop *loops;
	struct result result;
	struct progress progress;
	struct histogram *seen, *before; /* at the ends of the interval */
	uint64_t echoed, bytes, faults;	 /* until the last interval */
	int64_t interval_began;
	int log; /* of messages, -1: none */
	struct failure *failure;
};

/* What the threads have counted so far, as one interval since the last. */
static void
measure(struct bench *b, struct interval *i, int64_t now)
{
	struct tally sum = { 0 };
	uint64_t echoed = 0, bytes = 0;

	memset(b->seen, 0, sizeof(*b->seen));
	for (unsigned n = 0; n < b->plan.threads; n++) {
		const struct loop *l = &b->loops[n];

		histogram_add(b->seen, l->response);
		tally_add(&sum, &l->window);
		echoed += counter_read(&l->completed);
		bytes += counter_read(&l->completed_bytes);
	}
	*i = (struct interval){ .length_ns = now - b->interval_began,
		.begin_ns = b->interval_began - b->control.window,
		.echoed = echoed - b->echoed,
		.bytes = bytes - b->bytes,
		.faults = tally_faults(sum.lost) + sum.not_sent - b->faults };
	histogram_subtract(b->seen, b->before);
	i->p50_ns = result_percentile(b->seen, 50 * PERCENT);
	i->p99_ns = result_percentile(b->seen, 99 * PERCENT);
	i->max_ns = b->seen->count > 0 ? b->seen->max : -1;
}

/* An interval is over: keep it, show it, and begin the next. */
static void
end_interval(struct bench *b, int64_t now)
{
	struct interval i;

	measure(b, &i, now);
	if (i.length_ns <= 0)
		return;
	histogram_add(b->before, b->seen);
	b->echoed += i.echoed;
	b->bytes += i.bytes;
	b->faults += i.faults;
	b->interval_began = now;
	result_interval(&b->result, &i);
	progress_interval(&b->progress, &i);
	if (b->opt->json_stream && b->product->data != NULL)
		export_interval(b->product->data, &i, b->failure);
}

static void
show_progress(struct bench *b, int64_t now)
{
	struct interval i;
	uint64_t made = 0;

	if (!b->progress.drawn || now < b->progress.next)
		return;
	for (unsigned n = 0; n < b->plan.threads; n++)
		made += counter_read(&b->loops[n].connects.established);
	if (b->control.start == 0) {
		progress_connecting(&b->progress, made, b->plan.connections,
		    now);
		return;
	}
	measure(b, &i, now);
	progress_running(&b->progress, now - b->control.window,
	    b->opt->messages > 0 ? 0 : b->plan.duration_ns, made, &i, now);
}

static void
wake_all(struct bench *b)
{
	for (unsigned n = 0; n < b->plan.threads; n++)
		loop_wake(&b->loops[n]);
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
	interrupt_close();
}

/* Wait for the threads to say something, until `until` at the latest. */
static void
wait_until(struct bench *b, int64_t until)
{
	int64_t now = clock_ns(), left;
	struct pollfd fds[] = {
		{ .fd = b->control.changed, .events = POLLIN },
		{ .fd = b->result.interrupted ? -1 : interrupt_fd(),
		    .events = POLLIN },
	};
	struct timespec wait;
	eventfd_t value;

	if (until > now + TICK_NS)
		until = now + TICK_NS;
	left = until > now ? until - now : 0;
	wait = (struct timespec){ .tv_sec = left / 1000000000,
		.tv_nsec = left % 1000000000 };
	if (ppoll(fds, 2, &wait, NULL) <= 0)
		return;
	if (fds[0].revents != 0)
		eventfd_read(b->control.changed, &value);
	if (fds[1].revents != 0 && interrupt_read() == INTERRUPT_STOP)
		interrupted(b);
}

static bool
wait_connected(struct bench *b)
{
	int64_t began = clock_ns();
	uint64_t made = 0;

	while (atomic_load(&b->control.ready) < b->plan.threads &&
	    !b->result.interrupted) {
		wait_until(b, INT64_MAX);
		show_progress(b, clock_ns());
	}
	b->result.connect_ns = clock_ns() - began;
	for (unsigned n = 0; n < b->plan.threads; n++)
		made += counter_read(&b->loops[n].connects.established);
	return made > 0 && !b->result.interrupted;
}

static void
load(struct bench *b)
{
	struct control *c = &b->control;
	int64_t now = clock_ns(), next;

	c->window = now + b->plan.warmup_ns;
	c->end = c->window + b->plan.duration_ns;
	c->left = b->opt->messages > 0 ? b->opt->messages : INT64_MAX / 2;
	b->interval_began = next = c->window;
	next += b->opt->interval_ns;
	atomic_store(&c->start, now);
	wake_all(b);
	while (atomic_load(&c->done) < b->plan.threads) {
		wait_until(b, next);
		now = clock_ns();
		if (now >= next && now < c->end) {
			end_interval(b, now);
			next += b->opt->interval_ns;
		}
		show_progress(b, now);
	}
}

/* When the window ended in fact. */
static int64_t
window_end(const struct bench *b)
{
	int64_t last = b->control.window;

	if (b->opt->messages == 0 || b->result.interrupted)
		return b->control.end > last ? b->control.end : last;
	for (unsigned n = 0; n < b->plan.threads; n++)
		if (b->loops[n].last_echo > last)
			last = b->loops[n].last_echo;
	return last;
}

static int
make_loops(struct bench *b, struct failure *f)
{
	unsigned threads = b->plan.threads, first = 0;

	for (unsigned n = 0; n < threads; n++) {
		struct loop *l = &b->loops[n];

		l->plan = &b->plan;
		l->control = &b->control;
		l->number = n;
		l->flow_count = b->plan.connections / threads +
		    (n < b->plan.connections % threads);
		if (b->log != -1 && (l->log = msglog_new(b->log)) == NULL)
			return failure_sys(f, OUTCOME_LIMIT, "memory");
		if (loop_init(l, first) == -1)
			return failure_sys(f, OUTCOME_LIMIT,
			    "memory or descriptors for thread %u", n + 1);
		first += l->flow_count;
	}
	for (unsigned n = 0; n < threads; n++)
		if (loop_start(&b->loops[n]) == -1)
			return failure_sys(f, OUTCOME_LIMIT, "thread %u",
			    n + 1);
	return 0;
}

/* Whose connections have all failed was never a load. */
static int
nobody_connected(struct bench *b, struct failure *f)
{
	enum fault most = tally_most(b->result.connects.failed);

	if (b->result.interrupted)
		return failure_set(f, OUTCOME_NEGATIVE,
		    "interrupted while connecting");
	if (b->result.mismatches > 0)
		return mismatch_failure(&b->result.mismatch, f);
	return failure_set(f, fault_outcome(most),
	    "none of %u connections could be made: %s", b->plan.connections,
	    fault_words(most));
}

static void
run_threads(struct bench *b, struct failure *f)
{
	bool connected;
	int logged = 0;

	progress_init(&b->progress, b->opt, b->terminal, clock_ns());
	connected = wait_connected(b);
	if (connected)
		load(b);
	else
		atomic_store(&b->control.abandon, true);
	wake_all(b);
	for (unsigned n = 0; n < b->plan.threads; n++) {
		loop_join(&b->loops[n]);
		if (b->loops[n].log != NULL && b->loops[n].log->error != 0)
			logged = b->loops[n].log->error;
	}
	if (connected)
		b->result.window_ns = window_end(b) - b->control.window;
	if (connected && b->interval_began < window_end(b))
		end_interval(b, window_end(b));
	progress_erase(&b->progress);
	result_gather(&b->result, b->loops, b->plan.threads);
	if (connected)
		result_judge(&b->result, f);
	else
		nobody_connected(b, f);
	errno = logged;
	if (logged != 0)
		failure_sys(f, OUTCOME_USAGE, "--log %s", b->opt->log);
}

/* The files besides the product; the first that fails is told. */
static void
write_files(struct bench *b, struct failure *f)
{
	struct failure writing = { 0 };
	char title[160];
	FILE *file;

	if (b->opt->spectrum != NULL) {
		snprintf(title, sizeof(title),
		    "response time in microseconds, %s loop",
		    b->opt->rate > 0 ? "open" : "closed");
		file = product_file_open(b->opt->spectrum, &writing);
		if (file != NULL) {
			spectrum_print(file, b->result.response, title);
			product_file_close(file, b->opt->spectrum, &writing);
		}
	}
	if (b->opt->plot != NULL && writing.outcome == OUTCOME_OK)
		plot_draw(b->opt->plot, b->target, &b->result, &writing);
	if (writing.outcome != OUTCOME_OK && f->outcome != OUTCOME_MISMATCH)
		*f = writing;
}

static void
show_result(struct bench *b, struct failure *f)
{
	struct product *p = b->product;

	if (p->text != NULL) {
		report_print(p->text, &b->result, b->terminal);
		report_chart(p->text, &b->result, b->terminal);
	}
	write_files(b, f);
	if (p->data != NULL && p->format == FORMAT_CSV)
		export_csv(p->data, &b->result);
	else if (p->data != NULL)
		export_json(p->data, b->target, b->opt, &b->result, f, f);
}

/* Make all that a load needs, run it, and show it. */
static int
run(struct bench *b, struct failure *f)
{
	int result = -1;

	b->control.changed = eventfd(0, EFD_CLOEXEC);
	b->seen = histogram_new();
	b->before = histogram_new();
	b->loops = calloc(b->plan.threads, sizeof(*b->loops));
	if (b->control.changed == -1 || b->seen == NULL || b->before == NULL ||
	    b->loops == NULL || result_init(&b->result, &b->plan) == -1)
		return failure_sys(f, OUTCOME_LIMIT, "memory");
	if (b->product->text != NULL) {
		report_head(b->product->text, b->target, &b->result);
		fflush(b->product->text);
	}
	result = make_loops(b, f);
	if (result == 0) {
		run_threads(b, f);
		show_result(b, f);
	}
	atomic_store(&b->control.abandon, true);
	for (unsigned n = 0; n < b->plan.threads; n++) {
		if (b->loops[n].started)
			loop_wake(&b->loops[n]);
		loop_join(&b->loops[n]);
		loop_free(&b->loops[n]);
	}
	return result;
}

/* One connection of the usual kind finds the address for all others. */
static int
find_peer(struct target *t, const struct options *opt, struct addr *peer,
    struct failure *f)
{
	struct connection c;

	if (target_resolve(t, opt, f) == -1 || dial(t, opt, &c, f) == -1)
		return -1;
	close(c.fd);
	*peer = c.peer;
	return 0;
}

int
bench_run(struct target *t, const struct options *opt, struct product *p,
    const struct terminal *terminal, struct failure *f)
{
	struct bench b = { .opt = opt,
		.target = t,
		.terminal = terminal,
		.product = p,
		.log = -1,
		.failure = f };
	struct addr peer;
	bool shown = false;

	pattern_init((uint64_t)opt->seed);
	if (find_peer(t, opt, &peer, f) == 0 &&
	    plan_make(&b.plan, opt, &peer, f) == 0 &&
	    (opt->log == NULL || (b.log = msglog_open(opt->log, f)) != -1))
		shown = run(&b, f) == 0;
	if (!shown && p->data != NULL && p->format == FORMAT_JSON)
		export_json(p->data, t, opt, NULL, f, f);
	if (b.log != -1)
		close(b.log);
	free(b.loops);
	free(b.seen);
	free(b.before);
	if (b.control.changed > 0)
		close(b.control.changed);
	result_free(&b.result);
	return f->outcome == OUTCOME_OK ? 0 : -1;
}
