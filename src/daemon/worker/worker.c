/* SPDX-License-Identifier: ISC */
#include "daemon/worker/worker.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/time.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/errbuf.h"
#include "common/net.h"
#include "daemon/accounts.h"
#include "daemon/log/class.h"
#include "daemon/log/log.h"
#include "daemon/sandbox/limits.h"
#include "daemon/sandbox/process.h"
#include "daemon/scoreboard.h"
#include "daemon/signals.h"
#include "daemon/violation.h"
#include "daemon/worker/accept_fault.h"
#include "daemon/worker/admission.h"
#include "daemon/worker/birth.h"
#include "daemon/worker/echo.h"
#include "daemon/worker/job.h"
#include "daemon/worker/outcome.h"

enum { PAUSE_MIN_MS = 100, PAUSE_MAX_MS = 800 };

/* The worker of this process; static, because the signal handler uses it. */
static struct {
	const struct worker_job *job;
	int waiter; /* epoll over listeners and lifeline */
	struct echo echo;
	uint64_t left;		       /* connections that it may still serve */
	int pause_ms;		       /* after the last failed accept */
	volatile sig_atomic_t busy;    /* the handler may drop the listeners */
	volatile sig_atomic_t leaving; /* it leaves after its present client */
	volatile sig_atomic_t cut;     /* it leaves at once: it is cut off */
	volatile sig_atomic_t dropped; /* listeners and waiter are closed */
	/* When the connection must end, and why; 0: never. */
	volatile int64_t deadline_ms;
	volatile sig_atomic_t deadline_end;
} w;

/* Let a worker that still serves its last client keep no address in use. */
static void
drop_listeners(void)
{
	if (w.dropped)
		return;
	w.dropped = 1;
	for (unsigned i = 0; i < w.job->listener_count; i++)
		close(w.job->listener[i].fd);
	close(w.waiter);
}

/* Have SIGALRM come at the deadline, unless there is an earlier one. */
static void
set_deadline(int64_t ms_from_now, enum echo_end end)
{
	int64_t at = clock_ms() + ms_from_now, ms = ms_from_now + 1;
	struct itimerval timer = { .it_value = { ms / 1000,
				       ms % 1000 * 1000 } };

	if (ms_from_now == 0 || (w.deadline_ms != 0 && w.deadline_ms <= at))
		return;
	w.deadline_ms = at;
	w.deadline_end = (sig_atomic_t)end;
	setitimer(ITIMER_REAL, &timer, NULL);
}

/* System calls only: signal-safety(7), and setitimer(2), which it lacks. */
static void
on_signal(int signo)
{
	int saved = errno;

	if (signo != SIGALRM) {
		w.leaving = 1;
		if (w.busy)
			drop_listeners();
	}
	if (signo == SIGQUIT) {
		w.cut = 1;
		echo_interrupt(ECHO_DRAINED);
	} else if (signo == SIGTERM && getppid() != w.job->master) {
		/* Without a master, no other process sets a deadline. */
		set_deadline(w.job->config->timeout.drain_ms, ECHO_DRAINED);
	} else if (signo == SIGALRM && w.deadline_ms != 0 &&
	    clock_ms() >= w.deadline_ms) {
		echo_interrupt((enum echo_end)w.deadline_end);
	}
	errno = saved;
}

static struct account *
account(void)
{
	return &w.job->accounts[w.job->slot];
}

static void
wake_master(bool needed)
{
	/* If the pipe is full, the master wakes all the same. */
	if (needed)
		(void)!write(w.job->wake, "", 1);
}

static void
on_received(const struct echo *e, size_t n)
{
	scoreboard_add(&w.job->board->slots[w.job->slot], n, 0);
	outcome_received(e, n);
}

static void
on_sent(const struct echo *e, size_t n)
{
	(void)e;
	scoreboard_add(&w.job->board->slots[w.job->slot], 0, n);
}

/* Serve the connection.  Signals are let in, and find w.busy set meanwhile. */
static enum echo_end
converse(void)
{
	struct itimerval off = { 0 };
	enum echo_end end;

	echo_begin(&w.echo);
	set_deadline(w.job->config->timeout.lifetime_ms, ECHO_LIFETIME);
	w.busy = 1;
	/* Make up for signals that came since the accept. */
	if (w.leaving)
		drop_listeners();
	if (w.leaving && getppid() != w.job->master)
		set_deadline(w.job->config->timeout.drain_ms, ECHO_DRAINED);
	if (w.cut)
		echo_interrupt(ECHO_DRAINED);
	end = echo_serve(&w.echo);
	signals_hold();
	w.busy = 0;
	if (w.deadline_ms != 0) {
		setitimer(ITIMER_REAL, &off, NULL);
		w.deadline_ms = 0;
	}
	return end;
}

/* A connection has ended after `ms`: count it, close it, and log it. */
static void
conclude(const struct worker_listener *l, const struct addr *peer,
    enum echo_end end, int64_t ms)
{
	struct net_path path;
	bool known = outcome_look(&w.echo, end, &path);

	/* A client that has seen the end may come again at once, or look
	 * whether it was counted. */
	admission_over(w.job->config, w.job->sources, w.job->slot);
	outcome_count(account(), &w.echo, end, ms);
	close(w.echo.fd);
	outcome_tell(l, peer, &w.echo, end, ms, known ? &path : NULL);
}

static void
serve(const struct worker_listener *l, int fd, const struct addr *peer)
{
	int64_t start = clock_ms();
	enum echo_end end = ECHO_OPEN;
	enum admission answer;

	account_begin(account(), l->number);
	wake_master(scoreboard_busy(w.job->board, w.job->slot, peer, start));
	w.echo.fd = fd;
	w.echo.in = w.echo.out = 0;
	outcome_met(peer);
	answer = admission_ask(w.job->config, w.job->sources, w.job->slot,
	    peer);
	if (answer == ADMISSION_SERVE)
		end = converse();
	else /* Not served: nothing has to be sent before the close. */
		signals_hold();
	if (end == ECHO_CLOSED)
		outcome_left(peer);
	if (answer == ADMISSION_SERVE) {
		conclude(l, peer, end, clock_ms() - start);
	} else {
		account_refused(account());
		close(fd);
	}
	wake_master(answer == ADMISSION_REFUSE_WAKE);
	w.left--;
}

/* Whether fd becomes readable within `ms`, which is below 1000. */
static bool
await(int fd, long ms, const sigset_t *mask)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	struct timespec ts = { .tv_nsec = ms * 1000000 };

	return ppoll(&pfd, 1, &ts, mask) > 0;
}

/* Wait: workers for different times, so that they do not retry together. */
static void
pause_accepting(void)
{
	w.pause_ms = w.pause_ms == 0 ? PAUSE_MIN_MS : w.pause_ms * 2;
	if (w.pause_ms > PAUSE_MAX_MS)
		w.pause_ms = PAUSE_MAX_MS;
	scoreboard_paused(w.job->board, w.job->slot, clock_ms());
	(void)await(w.job->lifeline, w.pause_ms + getpid() % PAUSE_MIN_MS,
	    signals_waiting());
	(void)scoreboard_idle(w.job->board, w.job->slot, clock_ms());
}

static void
accept_failed(const struct worker_listener *l)
{
	switch (accept_fault(errno)) {
	case ACCEPT_FAULT_NONE:
		return;
	case ACCEPT_FAULT_CLIENT:
		account_accept_failed(account(), SNAPSHOT_TRANSIENT);
		log_debug("accept failed listener=%s: %m", l->text);
		return;
	case ACCEPT_FAULT_LACK:
		account_accept_failed(account(), SNAPSHOT_RESOURCE);
		/* One line of this worker until an accept succeeds. */
		if (w.pause_ms == 0)
			(void)class_log(CLASS_ACCEPT, LEVEL_WARNING,
			    "accept failed listener=%s, trying again: %m",
			    l->text);
		__attribute__((fallthrough));
	case ACCEPT_FAULT_CLOSED: /* The master has a line for it. */
		if (!w.leaving)
			pause_accepting();
		return;
	case ACCEPT_FAULT_WORKER:
		(void)class_log(CLASS_ACCEPT_LEAVING, LEVEL_ERR,
		    "accept failed listener=%s, leaving: %m", l->text);
		_exit(EX_OSERR);
	}
}

/* Serve a client from the queue of this listener.  False if there is none. */
static bool
take(const struct worker_listener *l)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	struct addr peer;
	int fd;

	/* Another worker may have made the listener blocking. */
	signals_let();
	fd = accept4(l->fd, (struct sockaddr *)&ss, &len, SOCK_CLOEXEC);
	if (fd == -1) {
		signals_hold();
		accept_failed(l);
		return false;
	}
	w.pause_ms = 0;
	addr_from_sockaddr(&peer, (const struct sockaddr *)&ss, len);
	addr_unmap(&peer);
	serve(l, fd, &peer);
	return true;
}

/*
 * With EPOLLEXCLUSIVE a connection may have woken this worker alone, so before
 * it leaves it looks at the listeners once more, and serves at most one client.
 */
static void
last_look(void)
{
	if (w.cut || w.left == 0)
		return;
	scoreboard_leaving(w.job->board, w.job->slot, clock_ms());
	for (unsigned i = 0; i < w.job->listener_count && !w.dropped && !w.cut;
	     i++)
		if (await(w.job->listener[i].fd, 0, NULL) &&
		    take(&w.job->listener[i]))
			return;
}

static void
work(void)
{
	struct epoll_event event;
	int n;

	while (!w.leaving && w.left > 0) {
		n = epoll_pwait(w.waiter, &event, 1, -1, signals_waiting());
		if (n != 1) {
			/* If this was SIGCONT, the master has cleared our idle
			 * bit: set it. */
			(void)scoreboard_idle(w.job->board, w.job->slot,
			    clock_ms());
			continue;
		}
		if (event.data.u32 == UINT32_MAX) {
			/* The master has gone, or is about to. */
			w.leaving = 1;
			set_deadline(w.job->config->timeout.drain_ms,
			    ECHO_DRAINED);
			return;
		}
		if (take(&w.job->listener[event.data.u32]) && !w.leaving)
			wake_master(scoreboard_idle(w.job->board, w.job->slot,
			    clock_ms()));
	}
}

/* Make one epoll for the clients of all listeners and for the lifeline. */
static int
open_waiter(struct errbuf *err)
{
	struct epoll_event event = { .events = EPOLLIN };

	if ((w.waiter = epoll_create1(EPOLL_CLOEXEC)) == -1)
		return errbuf_sys(err, "cannot open an epoll");
	event.data.u32 = UINT32_MAX;
	if (epoll_ctl(w.waiter, EPOLL_CTL_ADD, w.job->lifeline, &event) == -1)
		return errbuf_sys(err, "cannot wait for the lifeline");
	/* One connection wakes one worker (epoll_ctl(2)). */
	event.events = EPOLLIN | EPOLLEXCLUSIVE;
	for (unsigned i = 0; i < w.job->listener_count; i++) {
		event.data.u32 = i;
		if (epoll_ctl(w.waiter, EPOLL_CTL_ADD, w.job->listener[i].fd,
			&event) == -1)
			return errbuf_sys(err, "cannot wait for %s",
			    w.job->listener[i].text);
	}
	return 0;
}

void
worker_prepare(const struct worker_job *job, const char *name, int link)
{
	const struct config *config = job->config;
	struct errbuf err;

	w.job = job;
	signals_worker(on_signal);
	violation_watch();
	w.echo.size = (size_t)config->buffer_size;
	w.echo.idle_ms = config->timeout.idle_ms;
	w.echo.received = on_received;
	w.echo.sent = on_sent;
	if ((w.echo.buffer = malloc(w.echo.size)) == NULL) {
		errbuf_sys(&err, "no memory for a buffer");
		birth_fail(job, &err, EX_OSERR);
	}
	birth_confine(job, name, link);
}

/* What worker_prepare() cannot do for all clones at once. */
static void
begin(void)
{
	struct errbuf err;

	process_name(process_worker);
	violation_note(&w.job->board->slots[w.job->slot]);
	if (process_parent(w.job->master, SIGTERM, &err) == -1) {
		if (getppid() == w.job->master)
			birth_fail(w.job, &err, EX_OSERR);
		_exit(EX_OK);
	}
	if (w.job->config->sandbox != SANDBOX_OFF &&
	    limits_no_children(&err) == -1)
		birth_fail(w.job, &err, EX_OSERR);
	if (open_waiter(&err) == -1)
		birth_fail(w.job, &err, EX_OSERR);
	w.left = w.job->max_connections > 0 ? w.job->max_connections :
					      UINT64_MAX;
	w.leaving = w.job->drainer;
}

_Noreturn void
worker_main(const struct worker_job *job)
{
	w.job = job;
	begin();
	if (!w.leaving) {
		wake_master(scoreboard_idle(job->board, job->slot, clock_ms()));
		work();
	}
	last_look();
	_exit(EX_OK);
}
