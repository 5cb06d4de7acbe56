/* SPDX-License-Identifier: ISC */
#include "daemon/master/reload.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/errbuf.h"
#include "config/config.h"
#include "config/options.h"
#include "config/settings.h"
#include "daemon/log/log.h"
#include "daemon/master/daemonize.h"
#include "daemon/master/master.h"
#include "daemon/master/terminate.h"
#include "daemon/sandbox/confine.h"

enum { READY_MS = 10000 }; /* for each batch of workers to get ready */

static bool
is_start(const struct master *m)
{
	return m->current.number == 0;
}

/*
 * Closing alone would not do: a worker that has just been forked may still
 * have the pipe, and the epoll would go on reporting it.
 */
static void
end_loading(struct master *m)
{
	(void)epoll_ctl(m->waiter, EPOLL_CTL_DEL, m->reload.loader.fd, NULL);
	loader_close(&m->reload.loader);
	m->reload.step = RELOAD_NONE;
}

void
reload_abandon(struct master *m)
{
	struct reload *r = &m->reload;
	struct config *config = r->config;

	if (r->step == RELOAD_LOADING)
		end_loading(m);
	if (r->step == RELOAD_READYING) {
		autoscale_launch_over(&m->autoscale);
		/* They may have clients already; those may finish, and the
		 * configuration that has failed does not bound them. */
		terminate_generations(&m->pool, r->next.number, r->next.number,
		    0, clock_ms());
	}
	r->config = NULL;
	if (is_start(m))
		listener_set_abandon(&r->listeners);
	else
		drain_abandon(m, &r->listeners, config, clock_ms());
	/* The logger leaves, and what is still to be said is for the terminal. */
	if (is_start(m))
		log_close();
	free(config);
	r->step = RELOAD_NONE;
}

/* Nothing has changed; a start that fails is the end. */
static void
fail(struct master *m, int status, const struct errbuf *why)
{
	if (is_start(m)) {
		m->phase = PHASE_STOP;
		pool_let_go(&m->pool);
		terminate_now(&m->pool, clock_ms());
		m->status = status;
		m->err = *why;
		/* Whoever started us is told on standard error anyway. */
		if (m->logger.pid != 0 &&
		    m->logger.settings.log.to == LOG_TO_SYSLOG)
			log_err("start failed: %s", why->text);
	} else {
		log_err("reload failed, nothing has changed: %s", why->text);
	}
	reload_abandon(m);
}

void
reload_begin(struct master *m)
{
	struct reload *r = &m->reload;
	struct epoll_event event = { .events = EPOLLIN };
	struct errbuf err;

	if (r->step != RELOAD_NONE) {
		r->again = true;
		return;
	}
	if (!is_start(m))
		log_notice("reload generation=%u", r->tried + 1);
	r->started_ms = clock_ms();
	r->listeners.count = 0;
	if (loader_start(&r->loader, m->options, is_start(m) ? NULL : m->config,
		&err) == -1) {
		fail(m, EX_OSERR, &err);
		return;
	}
	r->step = RELOAD_LOADING;
	event.data.fd = r->loader.fd;
	if (epoll_ctl(m->waiter, EPOLL_CTL_ADD, r->loader.fd, &event) == -1) {
		errbuf_sys(&err, "cannot wait for the loader");
		fail(m, EX_OSERR, &err);
	}
}

/* Settings that wait for a restart keep their value. */
static void
keep_fixed(struct master *m)
{
	for (unsigned i = 0; i < settings_count; i++)
		if (settings[i].applies == APPLIES_RESTART &&
		    settings_keep(m->reload.config, m->config, &settings[i]))
			log_warning("%s has changed, which takes a restart",
			    settings[i].path);
	/* Whoever has let go of standard error cannot log to it. */
	if (m->detached && m->config->log.to != LOG_TO_STDERR &&
	    m->reload.config->log.to == LOG_TO_STDERR) {
		m->reload.config->log.to = m->config->log.to;
		log_warning("%s has changed, which takes a restart", "log.to");
	}
}

/*
 * The logger comes first, so that it can write what else goes wrong.  In the
 * background standard error is kept for good, or given up for good.
 */
static int
open_logger(struct master *m, struct errbuf *err)
{
	const struct config *config = m->reload.config;

	/* At a start this goes to standard error, for the log is lost. */
	if ((is_start(m) || m->config->log.to != LOG_TO_SYSLOG) &&
	    !logger_is_heard(config))
		log_warning("no syslog daemon listens at /dev/log: until one "
			    "does, the log is lost; see log.to");
	if (!is_start(m))
		return 0;
	if (logger_open(&m->logger, config,
		m->notify == -1 || config->log.to == LOG_TO_STDERR, err) == -1)
		return -1;
	log_limit(config_log_level(config));
	return 0;
}

/* Everything that a new generation needs.  0 or an exit status. */
static int
open_next(struct master *m, struct errbuf *err)
{
	struct reload *r = &m->reload;
	char why[SCOREBOARD_WHY];
	struct listener_set all;
	int status;

	if (is_start(m) && r->config->pid_file[0] != '\0') {
		status = pidfile_lock(&m->pidfile, r->config->pid_file, err);
		if (status != EX_OK)
			return status;
	}
	/* Workers that could not be told to leave must not be started. */
	if (!is_start(m) && !confine_may_signal(r->config->uid)) {
		errbuf_set(err, "cannot signal workers of uid %u",
		    (unsigned)r->config->uid);
		return EX_NOPERM;
	}
	/* Forget the reasons of workers that were replaced meanwhile. */
	(void)scoreboard_take_why(&m->pool.board, why);
	if (open_logger(m, err) == -1)
		return EX_OSERR;
	drain_all(m, &all);
	if (listener_set_prepare(&r->listeners, &all, r->config, err) == -1)
		return EX_UNAVAILABLE;
	r->next.number = ++r->tried;
	r->next.config = r->config;
	r->next.listeners = &r->listeners;
	if (autoscale_launch(&m->autoscale, &m->pool, &r->next, err) == -1)
		return EX_OSERR;
	return EX_OK;
}

/* The loader has said how it went. */
static void
loaded(struct master *m)
{
	struct reload *r = &m->reload;
	struct load *load = r->loader.load;
	struct errbuf err = load->err;
	int status = load->status;

	if (status == EX_OK) {
		r->config = malloc(sizeof(*r->config));
		if (r->config != NULL) {
			*r->config = load->config;
		} else {
			status = EX_OSERR;
			errbuf_sys(&err, "no memory for the configuration");
		}
	}
	end_loading(m);
	if (status == EX_OK && !is_start(m))
		keep_fixed(m);
	if (status == EX_OK)
		status = open_next(m, &err);
	if (status != EX_OK) {
		fail(m, status, &err);
		return;
	}
	r->step = RELOAD_READYING;
	r->deadline_ms = clock_ms() + READY_MS;
}

static void
report_listener(struct listener *l, int64_t backlog)
{
	char host[ADDR_TEXT];
	unsigned limit;

	if (!l->reported) {
		addr_host(&l->bound, host, sizeof(host));
		log_notice("listening on %s port %u", host,
		    addr_port(&l->bound));
		l->reported = true;
	}
	(void)listener_waiting(l, &limit);
	if (limit < backlog && l->backlog_said != backlog) {
		log_notice("backlog of %s is %u, not %u: "
			   "see net.core.somaxconn",
		    l->text, limit, (unsigned)backlog);
		l->backlog_said = backlog;
	}
}

/* Steps that leave nothing undone: what fails in them is said, and is small. */
static void
commit(struct master *m, int64_t now_ms)
{
	struct reload *r = &m->reload;
	int64_t drain_ms = r->config->timeout_drain_ms;

	autoscale_launch_over(&m->autoscale);
	autoscale_renew(&m->autoscale);
	if (!is_start(m)) {
		drain_begin(m, &r->listeners, now_ms);
		terminate_generations(&m->pool, 0, r->next.number - 1, drain_ms,
		    now_ms);
		terminate_excess(&m->pool, (unsigned)r->config->workers_max,
		    now_ms);
	}
	listener_set_commit(&m->listeners, &r->listeners, r->config);
	logger_configure(&m->logger, r->config);
	log_limit(config_log_level(r->config));
	free(m->config);
	m->config = r->config;
	r->config = NULL;
	m->current = (struct generation){ r->next.number, m->config,
		&m->listeners };
	r->step = RELOAD_NONE;
}

/* The service is up for the first time: tell everybody who waits for that. */
static void
announce(struct master *m)
{
	struct errbuf err;

	m->phase = PHASE_RUN;
	if (m->pidfile.fd != -1 && pidfile_write(&m->pidfile, &err) == -1)
		log_warning("%s", err.text);
	if (m->notify != -1) {
		m->detached = m->config->log.to != LOG_TO_STDERR;
		daemonize_detach(!m->detached);
		if (daemonize_report(m->notify, EX_OK, NULL) == -1) {
			log_warning("whoever started echod did not wait");
			(void)raise(SIGTERM);
		}
		m->notify = -1;
	}
}

static void
ready(struct master *m, int64_t now_ms)
{
	bool start = is_start(m);

	if (start)
		log_notice("started version=%s", PACKAGE_VERSION);
	commit(m, now_ms);
	for (unsigned i = 0; i < m->listeners.count; i++)
		report_listener(&m->listeners.item[i], m->config->backlog);
	if (start)
		announce(m);
	log_notice("%s generation=%u listeners=%u workers=%u seconds=%.3f",
	    start ? "ready" : "reload done", m->current.number,
	    m->listeners.count, m->pool.count - m->pool.leaving,
	    (double)(now_ms - m->reload.started_ms) / 1000);
}

static void
step_readying(struct master *m, int64_t now_ms)
{
	struct reload *r = &m->reload;
	struct errbuf err;

	switch (autoscale_launched(&m->autoscale, &m->pool, &r->next, &err)) {
	case AUTOSCALE_LAUNCHED:
		if (!is_start(m) || pool_may_signal(&m->pool)) {
			ready(m, now_ms);
			return;
		}
		errbuf_sys(&err, "cannot signal the workers");
		fail(m, EX_NOPERM, &err);
		return;
	case AUTOSCALE_FAILED:
		fail(m, EX_OSERR, &err);
		return;
	case AUTOSCALE_LAUNCHED_MORE:
		r->deadline_ms = now_ms + READY_MS;
		break;
	case AUTOSCALE_LAUNCHING:
		break;
	}
	if (now_ms < r->deadline_ms)
		return;
	errbuf_set(&err, "the new workers are not ready after %d s",
	    READY_MS / 1000);
	fail(m, EX_OSERR, &err);
}

int64_t
reload_step(struct master *m, int64_t now_ms)
{
	struct reload *r = &m->reload;

	if (r->step == RELOAD_LOADING && loader_step(&r->loader))
		loaded(m);
	if (r->step == RELOAD_READYING)
		step_readying(m, now_ms);
	if (r->step == RELOAD_NONE && r->again && m->phase == PHASE_RUN) {
		r->again = false;
		reload_begin(m);
	}
	switch (r->step) {
	case RELOAD_LOADING:
		return r->loader.deadline_ms;
	case RELOAD_READYING:
		return r->deadline_ms;
	default:
		return INT64_MAX;
	}
}

void
reload_lost_worker(struct master *m, const struct pool_end *end)
{
	struct errbuf err;
	char why[SCOREBOARD_WHY];

	if (m->reload.step != RELOAD_READYING || !end->early ||
	    end->generation != m->reload.next.number)
		return;
	if (!scoreboard_take_why(&m->pool.board, why))
		why[0] = '\0';
	errbuf_set(&err, "a new worker died before it was ready%s%s",
	    why[0] != '\0' ? ": " : "", why);
	errbuf_clean(&err);
	fail(m, end->status == EX_NOPERM ? EX_NOPERM : EX_OSERR, &err);
}
