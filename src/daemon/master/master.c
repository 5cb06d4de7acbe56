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
#include "config/config.h"
#include "daemon/log/log.h"
#include "daemon/master/daemonize.h"
#include "daemon/master/status.h"
#include "daemon/master/terminate.h"
#include "daemon/signals.h"

enum { GOODBYE_MS = 4000 }; /* for the logger to write the last lines */

static int
watch(struct master *m, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(m->waiter, EPOLL_CTL_ADD, fd, &event);
}

static int
open_all(struct master *m)
{
	if ((m->signals = signals_open(&m->err)) == -1 ||
	    pool_open(&m->pool, &m->err) == -1)
		return -1;
	if ((m->waiter = epoll_create1(EPOLL_CLOEXEC)) == -1 ||
	    watch(m, m->signals) == -1 || watch(m, m->pool.wake) == -1)
		return errbuf_sys(&m->err, "cannot wait for events");
	return 0;
}

/* A child has ended.  As pid 1 it may be any. */
static void
buried(struct master *m, pid_t pid, int status, int64_t now_ms)
{
	struct pool_end end;

	if (pool_reaped(&m->pool, pid, status, &end)) {
		if (end.generation == m->current.number)
			autoscale_ended(&m->autoscale, &end, now_ms);
		else
			reload_lost_worker(m, &end);
	} else if (logger_reaped(&m->logger, pid, now_ms)) {
		/* With status 0 it has left to start as another user. */
		if (m->phase == PHASE_RUN && status != 0)
			log_err("logger died pid=%ld", (long)pid);
	} else if (!loader_reaped(&m->reload.loader, pid)) {
		log_debug("reaped pid=%ld", (long)pid);
	}
}

static void
reap(struct master *m)
{
	int status;
	pid_t pid;

	while (
	    (pid = waitpid(-1, &status, WNOHANG | WUNTRACED | WCONTINUED)) > 0)
		if (!WIFSTOPPED(status) && !WIFCONTINUED(status))
			buried(m, pid, status, clock_ms());
		else if (pool_frozen(&m->pool, pid, WIFSTOPPED(status)) &&
		    WIFSTOPPED(status))
			autoscale_frozen(&m->autoscale);
}

/* Whatever is under way: no more of it. */
static void
begin_stop(struct master *m, const char *how)
{
	m->reload.again = false;
	reload_abandon(m);
	log_notice("stopping %s workers=%u", how, m->pool.count);
	m->phase = PHASE_STOP;
	pool_let_go(&m->pool);
}

static void
stop_now(struct master *m, int64_t now_ms)
{
	if (m->phase != PHASE_STOP)
		begin_stop(m, "now");
	else
		log_notice("stopping now workers=%u", m->pool.count);
	drain_end(m);
	terminate_now(&m->pool, now_ms);
}

static void
stop_gracefully(struct master *m, int64_t now_ms)
{
	if (m->phase != PHASE_RUN) {
		stop_now(m, now_ms);
		return;
	}
	begin_stop(m, "gracefully");
	drain_stop(m, now_ms);
	terminate_generations(&m->pool, 0, UINT_MAX,
	    m->config->timeout_drain_ms, now_ms);
	/* Everyone who becomes busy rings, so that we see when all are. */
	scoreboard_thresholds(&m->pool.board, UINT_MAX, UINT_MAX);
}

/* The order of these questions is the specification of the daemon. */
static void
obey(struct master *m, unsigned requests, int64_t now_ms)
{
	if (requests & REQUEST_REAP)
		reap(m);
	if (requests & REQUEST_QUIT)
		stop_now(m, now_ms);
	else if (requests & REQUEST_STOP)
		stop_gracefully(m, now_ms);
	else if ((requests & REQUEST_RELOAD) && m->phase == PHASE_STOP)
		log_notice("reload refused: stopping");
	else if (requests & REQUEST_RELOAD)
		reload_begin(m);
	if ((requests & REQUEST_REPORT) && m->current.number != 0)
		status_report(m, now_ms);
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Everything that time or demand asks for.  Returns when to come back. */
static int64_t
tend(struct master *m, int64_t now_ms)
{
	int64_t next = reload_step(m, now_ms);

	next = earlier(next, drain_step(m, now_ms));
	if (m->phase == PHASE_RUN)
		next = earlier(next,
		    autoscale_maintain(&m->autoscale, &m->pool, &m->current,
			now_ms));
	if (m->current.number != 0)
		next = earlier(next, logger_maintain(&m->logger, now_ms));
	/* Last, for the others set deadlines. */
	return earlier(next, terminate_enforce(&m->pool, now_ms));
}

/* The one place that sleeps.  Returns what signals ask for. */
static unsigned
wait_for_events(struct master *m, int64_t until_ms)
{
	struct epoll_event events[4];
	unsigned requests = 0;
	int64_t left;
	int n, timeout = -1;

	if (until_ms != INT64_MAX) {
		left = until_ms - clock_ms();
		timeout = left <= 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
	}
	n = epoll_wait(m->waiter, events, 4, timeout);
	for (int i = 0; i < n; i++) {
		if (events[i].data.fd == m->signals)
			requests |= signals_read(m->signals);
		else if (events[i].data.fd == m->pool.wake)
			pool_heard(&m->pool);
		/* What the loader has sent, reload_step() takes. */
	}
	return requests;
}

/* Let the logger write the last lines, but not for ever. */
static void
say_goodbye(struct master *m)
{
	int64_t deadline = clock_ms() + GOODBYE_MS;
	struct timespec rest = { .tv_nsec = 5000000 };
	pid_t pid;

	log_close();
	/* There may be children that somebody left to us. */
	while (m->logger.pid != 0 && (pid = waitpid(-1, NULL, WNOHANG)) != -1) {
		if (pid > 0) {
			(void)logger_reaped(&m->logger, pid, clock_ms());
			continue;
		}
		if (clock_ms() >= deadline)
			break;
		nanosleep(&rest, NULL);
	}
	/* A log daemon that does not answer shall not keep us. */
	logger_kill(&m->logger);
}

int
master_run(struct master *m, const struct options *options, int notify)
{
	int64_t next = 0;
	unsigned requests;

	memset(m, 0, sizeof(*m));
	m->options = options;
	m->notify = notify;
	m->pidfile.fd = -1;
	m->reload.loader.fd = -1;
	m->started_ms = clock_ms();
	if (open_all(m) == -1)
		return EX_OSERR;
	reload_begin(m);
	while (m->phase != PHASE_STOP || m->pool.count > 0 ||
	    m->drain.listeners.count > 0) {
		requests = wait_for_events(m, next);
		obey(m, requests, clock_ms());
		next = tend(m, clock_ms());
	}
	pidfile_remove(&m->pidfile);
	if (m->current.number != 0)
		log_notice("stopped status=%d", m->status);
	say_goodbye(m);
	return m->status;
}
