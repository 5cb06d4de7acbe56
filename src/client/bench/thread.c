/* SPDX-License-Identifier: ISC */
#include "client/bench/thread.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "client/bench/connect_queue.h"
#include "client/bench/out/message_log.h"
#include "client/bench/plan.h"
#include "client/bench/sweep.h"
#include "client/bench/traffic.h"
#include "common/clock.h"

enum { EVENTS = 256 };

/* Between two looks at all flows; the longest that one is put off. */
#define SCAN (20 * CLOCK_MS)
#define LAST (200 * CLOCK_MS)

static void
enter(struct thread *l, enum phase phase, int64_t ends)
{
	l->phase = phase;
	l->phase_ends = ends;
}

int
thread_init(struct thread *l, uint32_t first)
{
	const struct options *opt = l->plan->opt;
	struct epoll_event event = { .events = EPOLLIN };

	enter(l, PHASE_CONNECT, INT64_MAX);
	l->epoll = l->wake = -1;
	l->busy = -1;
	l->last_waiting = &l->first_waiting;
	l->size_state = (uint64_t)opt->seed + l->number;
	l->flows = calloc(l->connection_count, sizeof(*l->flows));
	l->turn = calloc(l->connection_count, sizeof(struct connection *));
	l->buffer = malloc(CONNECTION_BUFFER);
	l->response = histogram_new();
	l->connect = histogram_new();
	if (opt->rate > 0) {
		l->service = histogram_new();
		l->lag = histogram_new();
	}
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	l->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (l->flows == NULL || l->turn == NULL || l->buffer == NULL ||
	    l->response == NULL || l->connect == NULL ||
	    (opt->rate > 0 && (l->service == NULL || l->lag == NULL)) ||
	    l->epoll == -1 || l->wake == -1 ||
	    epoll_ctl(l->epoll, EPOLL_CTL_ADD, l->wake, &event) == -1)
		return -1;
	for (unsigned i = 0; i < l->connection_count; i++) {
		connection_init(&l->flows[i], first + i,
		    (uint32_t)opt->reconnect);
		connect_queue_add(l, &l->flows[i]);
	}
	l->unready = l->connection_count;
	l->connects.wanted = l->connection_count;
	return 0;
}

/* Processor time of this thread. */
static int64_t
own_cpu(void)
{
	struct timespec used;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	return used.tv_sec * CLOCK_SECOND + used.tv_nsec;
}

static void
say(struct thread *l, _Atomic unsigned *what)
{
	atomic_fetch_add(what, 1);
	eventfd_write(l->control->changed, 1);
}

static void
begin_load(struct thread *l, int64_t start)
{
	const struct plan *plan = l->plan;
	/* Not earlier than the start, which is of another thread. */
	int64_t now = clock_ns();

	l->window_at = atomic_load(&l->control->window);
	l->end_at = atomic_load(&l->control->end);
	l->last_open = now;
	enter(l, PHASE_LOAD, INT64_MAX);
	if (plan->opt->rate > 0)
		schedule_init(&l->due_times, start, (uint64_t)plan->opt->rate,
		    l->share, atomic_load(&l->control->able));
	else
		traffic_prime(l, now);
}

/* Open loop: whether there will be another message to send. */
static bool
has_more(const struct thread *l)
{
	if (l->service == NULL || l->turns == 0 || l->phase < PHASE_LOAD ||
	    schedule_due(&l->due_times) >= l->end_at)
		return false;
	return l->plan->opt->messages == 0 ||
	    atomic_load_explicit(&l->control->left, memory_order_relaxed) > 0;
}

/*
 * With -n it is over when nobody has a message to put; or when nobody can, for
 * as long as an echo may take.  By the clock from before the wait: a client
 * that stood still has not looked.
 */
static bool
load_is_over(const struct thread *l, int64_t now)
{
	if (now >= l->end_at)
		return true;
	if (l->plan->opt->messages == 0 || l->under_way > 0)
		return false;
	if (l->turned - l->last_open >= l->plan->opt->timeout_ns + LAST)
		return true;
	/* Who has some under way may give them back. */
	return atomic_load(&l->control->left) <= 0 &&
	    atomic_load(&l->control->loading) == 0;
}

/* Whether the others have to count with what is under way here. */
static void
count_loading(struct thread *l, bool loading)
{
	if (loading == l->loading)
		return;
	l->loading = loading;
	if (loading)
		atomic_fetch_add(&l->control->loading, 1);
	else
		atomic_fetch_sub(&l->control->loading, 1);
}

static void
end_load(struct thread *l, int64_t now)
{
	if (l->window_began != 0 && now > l->window_began)
		l->busy = (double)(own_cpu() - l->cpu_began) /
		    (double)(now - l->window_began);
	count_loading(l, false);
	if (l->service == NULL)
		sweep_forget(l);
	enter(l, PHASE_DRAIN, now + l->plan->opt->timeout_ns);
}

/* Whether it is time for another phase; several may be done at once. */
static void
change_phase(struct thread *l, int64_t now)
{
	int64_t start;

	if (atomic_load_explicit(&l->control->abandon, memory_order_relaxed))
		enter(l, PHASE_OVER, now);
	if (l->phase == PHASE_CONNECT && l->unready == 0) {
		for (unsigned i = 0; i < l->connection_count; i++)
			if (!l->flows[i].gone)
				l->turn[l->turns++] = &l->flows[i];
		/* The rate is for those who can do something for it. */
		if (l->turns > 0)
			l->share = atomic_fetch_add(&l->control->able, 1);
		enter(l, PHASE_READY, INT64_MAX);
		say(l, &l->control->ready);
	}
	if (l->phase == PHASE_READY) {
		start = atomic_load(&l->control->start);
		if (start != 0)
			begin_load(l, start);
	}
	if (l->phase == PHASE_LOAD) {
		l->end_at = atomic_load_explicit(&l->control->end,
		    memory_order_relaxed);
		if (l->window_began == 0 && now >= l->window_at) {
			l->window_began = now;
			l->cpu_began = own_cpu();
		}
		count_loading(l, l->under_way > 0);
		if (load_is_over(l, now))
			end_load(l, now);
	}
	if (l->phase == PHASE_DRAIN &&
	    ((l->under_way == 0 && !has_more(l)) || now >= l->phase_ends)) {
		if (l->service != NULL && l->turns > 0)
			traffic_skip_due(l);
		sweep_finish(l, now);
		enter(l, PHASE_CLOSE, now + CLOCK_SECOND);
		say(l, &l->control->settled);
	}
	if (l->phase == PHASE_CLOSE &&
	    (l->sockets == 0 || now >= l->phase_ends))
		enter(l, PHASE_OVER, now);
}

/* How long there is nothing to do but what epoll(7) reports. */
static int64_t
time_to_sleep(const struct thread *l, int64_t now)
{
	int64_t until = l->next_scan, due = INT64_MAX;

	if (l->phase <= PHASE_DRAIN)
		due = connect_queue_next(l);
	if (due < until)
		until = due;
	if (l->phase_ends < until)
		until = l->phase_ends;
	if (l->phase == PHASE_LOAD) {
		if (l->end_at < until)
			until = l->end_at;
		if (l->window_began == 0 && l->window_at < until)
			until = l->window_at;
	}
	if (l->phase == PHASE_LOAD || l->phase == PHASE_DRAIN) {
		due = has_more(l) ? schedule_due(&l->due_times) : INT64_MAX;
		if (due < until)
			until = due;
	}
	return until > now ? until - now : 0;
}

static int
wait_for_events(struct thread *l, struct epoll_event events[EVENTS], int64_t ns)
{
#ifdef HAVE_EPOLL_PWAIT2
	static atomic_bool missing;
	const struct timespec timeout = { .tv_sec = ns / CLOCK_SECOND,
		.tv_nsec = ns % CLOCK_SECOND };
	int n;

	/* The library may know it, and the kernel not; some containers refuse
	 * what they do not know with EPERM, which epoll_wait(2) never says. */
	if (!atomic_load_explicit(&missing, memory_order_relaxed)) {
		n = epoll_pwait2(l->epoll, events, EVENTS, &timeout, NULL);
		if (n != -1 || (errno != ENOSYS && errno != EPERM))
			return n;
		atomic_store(&missing, true);
	}
#endif
	return epoll_wait(l->epoll, events, EVENTS,
	    (int)((ns + CLOCK_MS - 1) / CLOCK_MS));
}

/* Closed loop, -n: whether there is more, though all seemed to be taken. */
static bool
has_given_back(const struct thread *l)
{
	return l->phase == PHASE_LOAD && l->service == NULL &&
	    l->plan->opt->messages > 0 &&
	    atomic_load_explicit(&l->control->left, memory_order_relaxed) > 0;
}

static void
turn(struct thread *l)
{
	struct epoll_event events[EVENTS];
	int64_t now = clock_ns();
	eventfd_t value;
	struct connection *f;
	int n;

	l->turned = now;
	while (
	    l->phase <= PHASE_DRAIN && (f = connect_queue_take(l, now)) != NULL)
		traffic_connect(l, f);
	/* It has to wait for its turn; it is not the server that is gone. */
	if (l->first_waiting != NULL && !l->refused)
		l->last_open = now;
	/* What was due before the end goes, even if we are late with it. */
	if (has_more(l) && l->phase <= PHASE_DRAIN)
		traffic_send_due(l, now);
	n = wait_for_events(l, events, time_to_sleep(l, now));
	for (int i = 0; i < n; i++) {
		if (events[i].data.ptr == NULL)
			eventfd_read(l->wake, &value);
		else
			traffic_event(l, events[i].data.ptr, events[i].events);
	}
	/* Judged by the clock from before the wait: if this program stood
	 * still, echoes may lie in the sockets.  A full report may hide some
	 * more, but not for ever. */
	if (now >= l->next_scan && (n < EVENTS || now >= l->next_scan + LAST)) {
		sweep_timeouts(l, now);
		/* What a lost connection has given back is for the others. */
		if (has_given_back(l))
			traffic_prime(l, clock_ns());
		l->next_scan = now + SCAN;
	}
}

static void *
run(void *arg)
{
	struct thread *l = arg;

	/* 50 us by default, the length of an echo; prctl(2). */
	prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
	while (l->phase != PHASE_OVER) {
		turn(l);
		change_phase(l, clock_ns());
	}
	count_loading(l, false);
	sweep_close(l, clock_ns());
	if (l->log != NULL)
		message_log_flush(l->log);
	say(l, &l->control->done);
	return NULL;
}

int
thread_start(struct thread *l)
{
	int error = pthread_create(&l->thread, NULL, run, l);

	if (error != 0) {
		errno = error;
		return -1;
	}
	l->started = true;
	return 0;
}

void
thread_wake(struct thread *l)
{
	eventfd_write(l->wake, 1);
}

void
thread_join(struct thread *l)
{
	if (l->started)
		pthread_join(l->thread, NULL);
	l->started = false;
}

void
thread_free(struct thread *l)
{
	for (unsigned i = 0; l->flows != NULL && i < l->connection_count; i++)
		connection_free(&l->flows[i]);
	free(l->flows);
	free(l->turn);
	free(l->buffer);
	free(l->response);
	free(l->service);
	free(l->connect);
	free(l->lag);
	free(l->log);
	if (l->epoll > 0)
		close(l->epoll);
	if (l->wake > 0)
		close(l->wake);
	memset(l, 0, sizeof(*l));
}
