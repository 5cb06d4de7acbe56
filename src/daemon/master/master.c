/* SPDX-License-Identifier: ISC */
#include "daemon/master/master.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "config/options.h"
#include "daemon/log/class.h"
#include "daemon/log/log.h"
#include "daemon/log/refusals.h"
#include "daemon/master/answer.h"
#include "daemon/master/children.h"
#include "daemon/master/daemonize.h"
#include "daemon/pool/spawn.h"
#include "daemon/master/succession.h"
#include "daemon/master/tell.h"
#include "daemon/pool/terminate.h"
#include "daemon/report/status.h"
#include "daemon/signals.h"

enum {
	GOODBYE_MS = 4000, /* at the end, for the last lines of the log */
	RETRY_MS = 200,	   /* until a call that has failed is tried again */
};

static int
watch(struct master *m, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.fd = fd };

	return epoll_ctl(m->waiter, EPOLL_CTL_ADD, fd, &event);
}

static int
open_all(struct master *m)
{
	if ((m->waiter = epoll_create1(EPOLL_CLOEXEC)) == -1)
		return errbuf_sys(&m->err, "cannot wait for events");
	if ((m->signals = signals_open(&m->err)) == -1 ||
	    pool_open(&m->pool, m->waiter, &m->err) == -1 ||
	    control_open(&m->control, m->waiter, &m->err) == -1)
		return -1;
	/* The wake pipe is edge-triggered, so that the loop does not spin if
	 * reading it fails. */
	if (watch(m, m->signals, EPOLLIN) == -1 ||
	    watch(m, m->pool.wake[0], EPOLLIN | EPOLLET) == -1)
		return errbuf_sys(&m->err, "cannot wait for events");
	upgrade_init(&m->upgrade, m->waiter);
	if (predecessor_watch(m->predecessor, m->waiter) == -1)
		return errbuf_sys(&m->err, "cannot wait for the old echod");
	return 0;
}

static void
reap(struct master *m, int64_t now_ms)
{
	int error = children_reap(&m->reload, &m->autoscale, &m->upgrade,
	    now_ms);

	log_trouble(&m->said.reap, error, "learn of the end of processes");
	m->reap_ms = error != 0 ? now_ms + RETRY_MS : 0;
}

/* Returns when to come back. */
static int64_t
follow_reload(struct master *m, int64_t now_ms)
{
	enum reload_outcome outcome = reload_step(&m->reload, now_ms);
	int64_t renew_ms = INT64_MAX;

	if (outcome == RELOAD_READY)
		life_ready(m, now_ms);
	else if (outcome == RELOAD_FAILED)
		life_failed(m, now_ms);
	if (m->reload.again && m->reload.step == RELOAD_NONE &&
	    m->phase == PHASE_RUN)
		life_reload(m, now_ms);
	if (m->phase == PHASE_RUN && m->upgrade.step == UPGRADE_NONE)
		renew_ms = reload_renew(&m->reload, now_ms);
	return clock_earlier(renew_ms, reload_deadline(&m->reload));
}

static void
report(struct master *m, int64_t now_ms)
{
	/* Too large for a small stack. */
	static struct snapshot snapshot;

	life_snapshot(m, now_ms, &snapshot);
	status_report(&snapshot);
}

/*
 * Do what signals ask for.  The order decides which of several signals
 * prevails.
 */
static void
obey(struct master *m, unsigned requests, int64_t now_ms)
{
	struct errbuf err;

	if (requests & REQUEST_REAP)
		reap(m, now_ms);
	if (requests & REQUEST_QUIT)
		life_stop_now(m, now_ms);
	else if (requests & REQUEST_STOP)
		life_stop_gracefully(m, now_ms);
	/* After a stop that has just begun, which may be that of a lame duck. */
	if ((requests & REQUEST_RELOAD) && m->phase == PHASE_STOP)
		(void)class_log(CLASS_RELOAD_REFUSED, LEVEL_NOTICE,
		    "reload refused: stopping");
	else if (requests & REQUEST_RELOAD)
		life_reload(m, now_ms);
	/* An upgrade is refused, with a line in the log, during a reload, also
	 * one that has just begun above.  During the start USR2 is ignored: it
	 * may have been meant for the old master, which has executed this
	 * one. */
	if ((requests & REQUEST_UPGRADE) && m->phase != PHASE_START)
		(void)succession_begin(m, now_ms, &err);
	if ((requests & REQUEST_REPORT) && m->current.number != 0)
		report(m, now_ms);
}

/*
 * What is to be done only while the master has the service.  Returns when to
 * come back.
 */
static int64_t
keep_serving(struct master *m, bool launching, int64_t now_ms)
{
	/* While the next master takes the service, it may be setting options of
	 * its own on the listeners, and they are not to be set back. */
	if (watch_due(&m->watch, now_ms) && m->upgrade.step != UPGRADE_TAKING)
		autoscale_waiting(&m->autoscale, &m->pool, &m->current,
		    watch_look(&m->watch, &m->current, now_ms), now_ms);
	return clock_earlier(life_store(m, now_ms),
	    clock_earlier(watch_deadline(&m->watch),
		autoscale_maintain(&m->autoscale, &m->pool, &m->current,
		    launching, now_ms)));
}

/*
 * Give each module its turn, whatever the event was.  Returns when to come
 * back: the earliest of their deadlines.
 */
static int64_t
tend(struct master *m, int64_t now_ms)
{
	int64_t next = succession_step(m, now_ms);
	bool launching;

	next = clock_earlier(next, follow_reload(m, now_ms));
	/* This comes after the reload, which may have changed the time of a
	 * lame duck. */
	next = clock_earlier(next, life_step(m, now_ms));
	launching = m->reload.step == RELOAD_READYING;
	if (m->reap_ms != 0 && now_ms >= m->reap_ms)
		reap(m, now_ms);
	if (m->reap_ms != 0)
		next = clock_earlier(next, m->reap_ms);
	/* A reload that is under way may take drained listeners back. */
	if (!launching)
		next = clock_earlier(next,
		    drain_step(&m->drain, &m->pool, &m->current, now_ms));
	if (m->phase == PHASE_RUN)
		next = clock_earlier(next, keep_serving(m, launching, now_ms));
	if (m->current.number != 0)
		next = clock_earlier(next, logger_maintain(&m->logger, now_ms));
	next = clock_earlier(next, answer_step(m, now_ms));
	next = clock_earlier(next, reporter_maintain(&m->reporter, now_ms));
	next = clock_earlier(next, class_tell(now_ms, false));
	next = clock_earlier(next, refusals_tell(now_ms, false));
	next = clock_earlier(next, tell_step(m, now_ms));
	/* These are last, because the modules before them request and terminate
	 * workers, and so set deadlines. */
	next = clock_earlier(next, spawn_deadline(&m->pool));
	return clock_earlier(next, terminate_enforce(&m->pool, now_ms));
}

static unsigned
hear_signals(struct master *m)
{
	int error;
	unsigned requests = signals_read(m->signals, &error);

	log_trouble(&m->said.signals, error, "read signals as they come");
	return requests;
}

/*
 * epoll_wait(2) has failed, so it is unknown what has happened: wait a little,
 * and do as if every event had come.
 */
static unsigned
do_without_events(struct master *m, int timeout)
{
	int ms = timeout == -1 || timeout > RETRY_MS ? RETRY_MS : timeout;

	/* EINTR is no sign of a client: a debugger also causes it. */
	m->watch.noticed = m->watch.noticed || errno != EINTR;
	nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000L }, NULL);
	pool_woken(&m->pool);
	m->control.noticed = true;
	return hear_signals(m);
}

/*
 * The only place where the master waits.  Returns what signals have asked for.
 */
static unsigned
wait_for_events(struct master *m, int64_t until_ms)
{
	struct epoll_event events[8];
	int64_t left = until_ms - clock_ms();
	unsigned requests = 0;
	int n, timeout = left <= 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;

	if (until_ms == INT64_MAX)
		timeout = -1;
	n = epoll_wait(m->waiter, events, 8, timeout);
	log_trouble(&m->said.wait, n == -1 && errno != EINTR ? errno : 0,
	    "wait for events");
	if (n == -1)
		return do_without_events(m, timeout);
	/* The other descriptors need no note: reload_step() reads the loader's
	 * pipe, and children_hear() the links of the forkers, in each turn. */
	for (int i = 0; i < n; i++)
		if (events[i].data.fd == m->signals)
			requests |= hear_signals(m);
		else if (events[i].data.fd == m->pool.wake[0])
			pool_woken(&m->pool);
		else if (events[i].data.fd == WATCH_EVENT)
			m->watch.noticed = true;
		else if (events[i].data.fd == m->control.waiter)
			m->control.noticed = true;
	return requests;
}

/* Let the logger write the last lines, but not for ever. */
static void
say_goodbye(struct master *m)
{
	int64_t deadline = clock_ms() + GOODBYE_MS;
	pid_t pid;

	log_close();
	/* Any child may end here: as process 1, echod gets the orphans of its
	 * container. */
	while (m->logger.pid != 0 && (pid = waitpid(-1, NULL, WNOHANG)) != -1) {
		if (pid > 0) {
			(void)logger_reaped(&m->logger, pid, clock_ms());
			continue;
		}
		if (clock_ms() >= deadline)
			break;
		nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
	}
	/* A logger that waits for a log daemon which does not answer must not
	 * delay the stop. */
	logger_kill(&m->logger);
}

static bool
is_over(struct master *m)
{
	if (m->phase != PHASE_STOP)
		return false;
	if (m->pool.count == 0 && m->drain.listeners.count == 0 &&
	    (m->reap_ms != 0 || forkers_beside(&m->pool.forkers, 0) == 0))
		return true;
	if (!terminate_hopeless(&m->pool))
		return false;
	log_err("workers did not end, left behind count=%u", m->pool.count);
	m->status = EX_OSERR;
	return true;
}

int
master_run(struct master *m, const struct options *options,
    const struct listener_set *adopted, struct predecessor *predecessor,
    int notify)
{
	/* Too large for a small stack. */
	static struct snapshot snapshot;
	int64_t next = 0;
	unsigned requests;

	memset(m, 0, sizeof(*m));
	m->notify = notify;
	m->predecessor = predecessor;
	pidfile_hand(&m->pidfile, predecessor->gave.pidfile);
	m->reload.loader.fd = -1;
	gather_begin(&m->gather, clock_ms());
	if (open_all(m) == -1)
		return EX_OSERR;
	service_open(&m->service, m->waiter, notify != -1, options->ready_fd);
	store_open(&m->store, &m->service.notify, adopted);
	m->reload.options = options;
	m->reload.adopted = *adopted;
	m->reload.current = &m->current;
	m->reload.pidfile = &m->pidfile;
	m->reload.pool = &m->pool;
	m->reload.drain = &m->drain;
	m->reload.logger = &m->logger;
	m->reporter.program = options->reporter;
	m->reporter.control = &m->control;
	m->reload.reporter = &m->reporter;
	m->reload.background = !options->foreground;
	m->reload.prove = predecessor->state != PREDECESSOR_NONE;
	if (m->reload.prove)
		reporter_succeed(&m->reporter, &predecessor->gave.endpoints);
	m->reload.waiter = m->watch.waiter = m->waiter;
	reload_begin(&m->reload);
	while (!is_over(m)) {
		requests = wait_for_events(m, next);
		children_hear(&m->reload, &m->autoscale, clock_ms());
		obey(m, requests, clock_ms());
		next = tend(m, clock_ms());
	}
	pidfile_remove(&m->pidfile);
	life_snapshot(m, clock_ms(), &snapshot);
	upgrade_end(&m->upgrade, &snapshot);
	control_leave(&m->control);
	(void)class_tell(clock_ms(), true);
	(void)refusals_tell(clock_ms(), true);
	if (m->current.number != 0)
		log_notice("stopped status=%d", m->status);
	reporter_end(&m->reporter);
	say_goodbye(m);
	/* Callers that wait for the end are told last, when everything else is
	 * done. */
	answer_end(m);
	return m->status;
}
