/* SPDX-License-Identifier: ISC */
#include "client/bench/thread.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "client/bench/loss.h"
#include "client/bench/out/message_log.h"
#include "client/bench/pace.h"
#include "client/bench/traffic.h"
#include "common/clock.h"

enum { EVENTS = 256 };

/* How often loss_check runs; and at the latest, if there are many events. */
#define CHECK_NS (20 * CLOCK_MS)
#define CHECK_LATEST_NS (200 * CLOCK_MS)

static void
enter(struct thread *t, enum phase phase, int64_t ends)
{
	t->group.phase = phase;
	t->phase_ends = ends;
}

int
thread_init(struct thread *t, uint32_t first, uint64_t seed)
{
	struct epoll_event event = { .events = EPOLLIN };

	t->group.pace = plan_is_open_loop(t->group.load->plan) ? &open_loop :
								 &closed_loop;
	if (group_init(&t->group, first, seed) == -1)
		return -1;
	enter(t, PHASE_CONNECT, INT64_MAX);
	t->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return t->wake == -1 ?
	    -1 :
	    epoll_ctl(t->group.epoll, EPOLL_CTL_ADD, t->wake, &event);
}

static int64_t
cpu_time(void)
{
	struct timespec used;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	return used.tv_sec * CLOCK_SECOND + used.tv_nsec;
}

/* Raise a number of the load for which bench waits. */
static void
tell(struct thread *t, _Atomic unsigned *number)
{
	atomic_fetch_add(number, 1);
	eventfd_write(t->group.load->changed, 1);
}

static void
begin_load(struct thread *t, int64_t start)
{
	struct group *g = &t->group;
	/* Not earlier than `start`, which is the clock of another thread. */
	int64_t now = clock_ns();

	g->window_at = atomic_load(&g->load->window);
	g->end_at = atomic_load(&g->load->end);
	g->last_open = now;
	enter(t, PHASE_LOAD, INT64_MAX);
	g->pace->begin(g, start, now);
}

/*
 * With -n the load is over when no thread has a message to send, or when no
 * connection could be used for as long as an echo may take.  That is judged by
 * the clock before the wait, as a client that was stopped has not looked.
 */
static bool
load_is_over(const struct thread *t, int64_t now)
{
	const struct group *g = &t->group;

	if (now >= g->end_at)
		return true;
	if (g->plan->opt->messages == 0 || g->in_flight > 0)
		return false;
	if (t->looked - g->last_open >=
	    g->plan->opt->timeout_ns + CHECK_LATEST_NS)
		return true;
	/* A thread with messages in flight may give them back. */
	return !load_has_more(g->load) && atomic_load(&g->load->loading) == 0;
}

/* Tell the other threads whether this one has messages in flight. */
static void
set_loading(struct thread *t, bool loading)
{
	if (loading == t->loading)
		return;
	t->loading = loading;
	if (loading)
		atomic_fetch_add(&t->group.load->loading, 1);
	else
		atomic_fetch_sub(&t->group.load->loading, 1);
}

static void
end_load(struct thread *t, int64_t now)
{
	struct group *g = &t->group;

	if (t->measured_from != 0 && now > t->measured_from)
		g->counts->busy = (double)(cpu_time() - t->cpu_before) /
		    (double)(now - t->measured_from);
	set_loading(t, false);
	g->pace->end(g);
	enter(t, PHASE_DRAIN, now + g->plan->opt->timeout_ns);
}

static void
be_ready(struct thread *t)
{
	struct group *g = &t->group;

	for (unsigned i = 0; i < g->connection_count; i++)
		if (!g->connections[i].gone)
			g->usable[g->usable_count++] = &g->connections[i];
	/* The rate is shared by the threads that can send. */
	if (g->usable_count > 0)
		g->place = atomic_fetch_add(&g->load->able, 1);
	enter(t, PHASE_READY, INT64_MAX);
	tell(t, &g->load->ready);
}

static void
go_on_with_load(struct thread *t, int64_t now)
{
	struct group *g = &t->group;

	g->end_at = atomic_load_explicit(&g->load->end, memory_order_relaxed);
	if (t->measured_from == 0 && now >= g->window_at) {
		t->measured_from = now;
		t->cpu_before = cpu_time();
	}
	set_loading(t, g->in_flight > 0);
	if (load_is_over(t, now))
		end_load(t, now);
}

/* Enter the next phase if it is time; several may end at once. */
static void
change_phase(struct thread *t, int64_t now)
{
	struct group *g = &t->group;
	int64_t start;

	if (atomic_load_explicit(&g->load->abandon, memory_order_relaxed))
		enter(t, PHASE_OVER, now);
	if (g->phase == PHASE_CONNECT && g->unready == 0)
		be_ready(t);
	if (g->phase == PHASE_READY &&
	    (start = atomic_load(&g->load->start)) != 0)
		begin_load(t, start);
	if (g->phase == PHASE_LOAD)
		go_on_with_load(t, now);
	if (g->phase == PHASE_DRAIN &&
	    ((g->in_flight == 0 && g->pace->next_due(g) == INT64_MAX) ||
		now >= t->phase_ends)) {
		g->pace->end(g);
		loss_finish(g, now);
		enter(t, PHASE_CLOSE, now + CLOCK_SECOND);
		tell(t, &g->load->finished);
	}
	if (g->phase == PHASE_CLOSE &&
	    (g->sockets == 0 || now >= t->phase_ends))
		enter(t, PHASE_OVER, now);
}

static int64_t
sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* How long there is nothing to do but what epoll(7) reports. */
static int64_t
time_to_sleep(const struct thread *t, int64_t now)
{
	const struct group *g = &t->group;
	int64_t until = sooner(t->next_check, t->phase_ends);

	if (g->phase <= PHASE_DRAIN)
		until = sooner(until, connect_queue_next(&g->queue));
	if (g->phase == PHASE_LOAD) {
		until = sooner(until, g->end_at);
		if (t->measured_from == 0)
			until = sooner(until, g->window_at);
	}
	until = sooner(until, g->pace->next_due(g));
	return until > now ? until - now : 0;
}

static int
wait_for_events(struct thread *t, struct epoll_event events[EVENTS], int64_t ns)
{
#ifdef HAVE_EPOLL_PWAIT2
	static atomic_bool missing;
	const struct timespec timeout = { .tv_sec = ns / CLOCK_SECOND,
		.tv_nsec = ns % CLOCK_SECOND };
	int n;

	/* The C library may have the call and the kernel not; some containers
	 * refuse it with EPERM, which epoll_wait(2) never reports. */
	if (!atomic_load_explicit(&missing, memory_order_relaxed)) {
		n = epoll_pwait2(t->group.epoll, events, EVENTS, &timeout,
		    NULL);
		if (n != -1 || (errno != ENOSYS && errno != EPERM))
			return n;
		atomic_store(&missing, true);
	}
#endif
	return epoll_wait(t->group.epoll, events, EVENTS,
	    (int)((ns + CLOCK_MS - 1) / CLOCK_MS));
}

static void
iterate(struct thread *t)
{
	struct group *g = &t->group;
	struct epoll_event events[EVENTS];
	int64_t now = clock_ns();
	eventfd_t value;
	struct connection *c;
	int n;

	t->looked = now;
	while (g->phase <= PHASE_DRAIN &&
	    (c = connect_queue_take(&g->queue, now)) != NULL)
		traffic_connect(g, c);
	/* A connection that may not begin yet is no sign of a dead server. */
	if (g->queue.first != NULL && !g->refused)
		g->last_open = now;
	/* What was due before the end goes, even if we are late with it. */
	if (g->pace->send_due != NULL)
		g->pace->send_due(g, now);
	n = wait_for_events(t, events, time_to_sleep(t, now));
	for (int i = 0; i < n; i++) {
		if (events[i].data.ptr == NULL)
			eventfd_read(t->wake, &value);
		else
			traffic_event(g, events[i].data.ptr, events[i].events);
	}
	/* Judged by the clock before the wait: if this program was stopped,
	 * echoes may lie in the sockets.  With a full array of events more may
	 * be there, but the check is not put off for ever. */
	if (now >= t->next_check &&
	    (n < EVENTS || now >= t->next_check + CHECK_LATEST_NS)) {
		loss_check(g, now);
		if (g->pace->resume != NULL)
			g->pace->resume(g);
		t->next_check = now + CHECK_NS;
	}
}

static void *
run(void *arg)
{
	struct thread *t = arg;

	/* It is 50 us by default, as long as an echo takes; see prctl(2). */
	prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
	while (t->group.phase != PHASE_OVER) {
		iterate(t);
		change_phase(t, clock_ns());
	}
	set_loading(t, false);
	loss_close(&t->group, clock_ns());
	if (t->group.log != NULL)
		message_log_flush(t->group.log);
	tell(t, &t->group.load->done);
	return NULL;
}

int
thread_start(struct thread *t)
{
	int error = pthread_create(&t->thread, NULL, run, t);

	if (error != 0) {
		errno = error;
		return -1;
	}
	t->started = true;
	return 0;
}

void
thread_wake(struct thread *t)
{
	eventfd_write(t->wake, 1);
}

void
thread_join(struct thread *t)
{
	if (t->started)
		pthread_join(t->thread, NULL);
	t->started = false;
}

void
thread_free(struct thread *t)
{
	group_free(&t->group);
	if (t->wake > 0)
		close(t->wake);
	t->wake = 0;
}
