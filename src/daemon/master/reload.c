/* SPDX-License-Identifier: ISC */
#include "daemon/master/reload.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sysexits.h>

#include "common/clock.h"
#include "config/options.h"
#include "config/settings.h"
#include "daemon/listen/inherited.h"
#include "daemon/log/log.h"
#include "daemon/log/logger.h"
#include "daemon/master/drain.h"
#include "daemon/master/pidfile.h"
#include "daemon/pool/pool.h"
#include "daemon/pool/spawn.h"
#include "daemon/pool/terminate.h"
#include "daemon/reporter/reporter.h"
#include "daemon/sandbox/identity.h"
#include "daemon/sandbox/sandbox.h"

enum {
	READY_MS = 10000, /* for each batch of workers to get ready */
	RENEW_MS = 2000,  /* between two reloads that nobody has asked for */
};

static bool
is_start(const struct reload *r)
{
	return r->current->number == 0;
}

void
reload_abandon(struct reload *r, int64_t now_ms)
{
	loader_close(&r->loader);
	if (r->step == RELOAD_PROVING)
		proof_end(&r->proof);
	/* The new workers may have clients already, which are served to their
	 * end: the configuration has failed, so its time-out does not hold. */
	if (r->step == RELOAD_READYING)
		terminate_generations(r->pool, r->next.number, r->next.number,
		    0, now_ms);
	if (is_start(r))
		listener_set_abandon(&r->next.listeners);
	else
		drain_abandon(r->drain, r->pool, r->current, &r->next, now_ms);
	reporter_abandon(r->reporter, &r->adopted);
	/* After a failed start the lines go to standard error. */
	if (is_start(r))
		log_close();
	r->step = RELOAD_NONE;
	r->status = EX_OK;
}

static void
announce(struct reload *r, int64_t now_ms)
{
	if (!is_start(r))
		log_notice("reload generation=%u", r->tried + 1);
	r->started_ms = now_ms;
	r->next.listeners.count = 0;
}

void
reload_begin(struct reload *r)
{
	/* Edge-triggered: the pipe stays in the set after it is closed here, as
	 * long as a worker that has just been forked has a copy. */
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };

	if (r->step != RELOAD_NONE) {
		r->again = true;
		return;
	}
	r->again = false;
	announce(r, clock_ms());
	r->step = RELOAD_LOADING;
	if (loader_start(&r->loader, r->options,
		is_start(r) ? NULL : &r->current->config, &r->err) == -1) {
		r->status = EX_OSERR;
		return;
	}
	event.data.fd = r->loader.fd;
	if (epoll_ctl(r->waiter, EPOLL_CTL_ADD, r->loader.fd, &event) == -1) {
		errbuf_sys(&r->err, "cannot wait for the loader");
		r->status = EX_OSERR;
	}
}

/* Settings that wait for a restart keep their value. */
static void
keep_fixed(struct reload *r)
{
	const struct config *now = &r->current->config;
	struct config *next = &r->next.config;

	for (unsigned i = 0; i < settings_count; i++)
		if (settings[i].applies == APPLIES_RESTART &&
		    settings_keep(next, now, &settings[i]))
			log_warning("%s has changed, which takes a restart",
			    settings[i].path);
	/* A standard error that was given up at the start does not return. */
	if (!r->logger->keeps_stderr && next->log.to == LOG_TO_STDERR) {
		next->log.to = now->log.to;
		log_warning("%s has changed, which takes a restart", "log.to");
	}
}

/*
 * The logger is started before the rest, so that it can write what goes wrong
 * later; and its sandbox is prepared before it.  A daemon decides at its start
 * whether it keeps standard error, for good.  0 or an exit status.
 */
static int
open_logger(struct reload *r)
{
	const struct config *config = &r->next.config;
	struct role_descriptors fds = { .wake = r->pool->wake[1] };
	struct errbuf why;
	int prepared;

	/* There is no logger at a start: this goes to standard error. */
	if ((is_start(r) || r->current->config.log.to != LOG_TO_SYSLOG) &&
	    !logger_is_heard(config))
		log_warning("no syslog daemon listens at /dev/log: until one "
			    "does, the log is lost; see log.to");
	if (is_start(r) && log_open(&r->err) == -1)
		return EX_OSERR;
	fds.log_writer = log_writer();
	fds.log_reader = log_reader();
	errno = 0;
	prepared = sandbox_prepare(config->sandbox,
	    ROLE_BIT(ROLE_WORKER) | ROLE_BIT(ROLE_LOGGER), &fds, &why);
	if (prepared == -1) {
		r->err = why;
		return errno == ENOMEM ? EX_OSERR : EX_NOPERM;
	}
	if (is_start(r)) {
		if (logger_open(r->logger, config,
			!r->background || config->log.to == LOG_TO_STDERR,
			&r->err) == -1)
			return EX_OSERR;
		log_limit((enum log_level)config->log.level);
	}
	if (prepared == 1 &&
	    (is_start(r) || r->current->config.sandbox != config->sandbox))
		log_warning("workers and logger have no filter of system "
			    "calls: %s",
		    why.text);
	return EX_OK;
}

/*
 * Request the first workers, workers.start of them: one at first, then a batch
 * whenever all before are ready.  So a fault that all workers share is met by
 * one alone, and signals are read between the batches.
 *
 * A worker that cannot be set up costs three lines of the log: the reason, its
 * end, and the failed reload.  Faults that can be found before the fork cost
 * one.
 */
static int
launch(struct reload *r, unsigned n, int64_t now_ms)
{
	unsigned wanted = (unsigned)r->next.config.workers_start;

	r->deadline_ms = now_ms + READY_MS;
	for (; n > 0 && r->launched < wanted; n--, r->launched++)
		if (spawn_worker(r->pool, &r->next) == -1) {
			errbuf_sys(&r->err, "cannot fork a worker");
			return EX_OSERR;
		}
	return EX_OK;
}

/* Fail for lack of workers, with the reason that one of them may have left. */
static void
fail(struct reload *r, const char *what, int status)
{
	char why[SCOREBOARD_WHY];

	if (!scoreboard_take_why(&r->pool->board, why))
		why[0] = '\0';
	errbuf_set(&r->err, "%s%s%s", what, why[0] != '\0' ? ": " : "", why);
	errbuf_clean(&r->err);
	r->status = status == EX_NOPERM ? EX_NOPERM : EX_OSERR;
}

/* In an upgrade: begin the proof, which comes before the first workers. */
static int
prove(struct reload *r, int64_t now_ms)
{
	if (proof_start(&r->proof, r->pool, &r->next, r->waiter, now_ms,
		&r->err) == -1)
		return EX_OSERR;
	r->step = RELOAD_PROVING;
	r->deadline_ms = r->proof.deadline_ms;
	return EX_OK;
}

/* A file that was handed over has the old master's pid until the commit. */
static int
take_pid_file(struct reload *r)
{
	const char *path = r->next.config.pid_file;
	int status;

	if (path[0] == '\0')
		return EX_OK;
	if ((status = pidfile_lock(r->pidfile, path, &r->err)) != EX_OK)
		return status;
	if (!r->pidfile->handed && pidfile_write(r->pidfile, &r->err) == -1)
		return EX_OSERR;
	return EX_OK;
}

/* Make what the new generation needs, or return an exit status. */
static int
open_next(struct reload *r, int64_t now_ms)
{
	struct config *config = &r->next.config;
	char why[SCOREBOARD_WHY];
	/* Too large for a small stack. */
	static struct listener_set all;
	int status;

	if (is_start(r) && (status = take_pid_file(r)) != EX_OK)
		return status;
	/* Do not fork workers that we would not be allowed to signal. */
	if (!is_start(r) && !identity_may_signal(config->uid)) {
		errbuf_set(&r->err, "cannot signal workers of uid %u",
		    (unsigned)config->uid);
		return EX_NOPERM;
	}
	/* Forget reasons that workers have left since the last reload. */
	(void)scoreboard_take_why(&r->pool->board, why);
	if ((status = open_logger(r)) != EX_OK)
		return status;
	if (is_start(r))
		inherited_report();
	r->reporter->keep_stderr = r->logger->keeps_stderr;
	if (reporter_prepare(r->reporter, &r->adopted, config, &r->err) == -1)
		return EX_UNAVAILABLE;
	/* At a start echod-report runs already, to answer that echod starts. */
	if (is_start(r) && !r->reporter->paused)
		reporter_commit(r->reporter, config, now_ms);
	drain_all(r->drain, r->current, &all);
	if (listener_set_prepare(&r->next.listeners, &all, &r->adopted, config,
		&r->err) == -1)
		return EX_UNAVAILABLE;
	r->next.number = ++r->tried;
	r->next.queue = r->logger->queue;
	r->launched = 0;
	/* Have each worker wake the master when it is ready. */
	scoreboard_thresholds(&r->pool->board, 0, 0);
	if (r->prove && is_start(r))
		return prove(r, now_ms);
	r->step = RELOAD_READYING;
	return launch(r, 1, now_ms);
}

/* The loader is done: go on with its configuration. */
static int
loaded(struct reload *r, int64_t now_ms)
{
	const struct message *load = r->loader.load;
	const struct errbuf warning = load->warning;
	int status = load->status;

	if (status == EX_OK)
		r->next.config = load->config;
	else
		r->err = load->err;
	loader_close(&r->loader);
	if (status != EX_OK)
		return status;
	if (!is_start(r))
		keep_fixed(r);
	status = open_next(r, now_ms);
	/* Only now is it certain that there is a logger. */
	if (status == EX_OK && warning.text[0] != '\0')
		log_warning("the configuration is barely trusted: %s",
		    warning.text);
	return status;
}

int64_t
reload_renew(struct reload *r, int64_t now_ms)
{
	if (r->step != RELOAD_NONE || is_start(r) ||
	    r->current->queue == r->logger->queue)
		return INT64_MAX;
	if (now_ms < r->renew_ms)
		return r->renew_ms;
	r->renew_ms = now_ms + RENEW_MS;
	announce(r, now_ms);
	r->next.config = r->current->config;
	r->status = open_next(r, now_ms);
	return INT64_MAX;
}

/* Request the other workers until all are ready, or fail with r->status. */
static enum reload_outcome
get_ready(struct reload *r, int64_t now_ms)
{
	struct pool_census census;

	pool_census(r->pool, r->next.number, &census);
	if (census.starting > 0 && now_ms >= r->deadline_ms) {
		errbuf_set(&r->err, "the new workers are not ready after %d s",
		    READY_MS / 1000);
		r->status = EX_OSERR;
	} else if (census.starting > 0) {
		return RELOAD_PENDING;
	} else if (r->launched < (unsigned)r->next.config.workers_start) {
		r->status = launch(r, POOL_BATCH, now_ms);
	} else if (is_start(r) && !pool_may_signal(r->pool)) {
		errbuf_sys(&r->err, "cannot signal the workers");
		r->status = EX_NOPERM;
	} else {
		r->step = RELOAD_NONE;
		return RELOAD_READY;
	}
	return RELOAD_PENDING;
}

/* Go on when the proof has succeeded.  0 or an exit status. */
static int
check_proof(struct reload *r, int64_t now_ms)
{
	switch (proof_step(&r->proof, r->pool, now_ms, &r->err)) {
	case PROOF_PENDING:
		return EX_OK;
	case PROOF_BAD:
		fail(r, r->err.text, EX_OSERR);
		return r->status;
	case PROOF_GOOD:
		break;
	}
	proof_end(&r->proof);
	r->step = RELOAD_READYING;
	return launch(r, 1, now_ms);
}

enum reload_outcome
reload_step(struct reload *r, int64_t now_ms)
{
	enum reload_outcome outcome = RELOAD_PENDING;

	if (r->status == EX_OK && r->step == RELOAD_LOADING &&
	    loader_step(&r->loader))
		r->status = loaded(r, now_ms);
	if (r->status == EX_OK && r->step == RELOAD_PROVING)
		r->status = check_proof(r, now_ms);
	if (r->status == EX_OK && r->step == RELOAD_READYING)
		outcome = get_ready(r, now_ms);
	return r->status == EX_OK ? outcome : RELOAD_FAILED;
}

int64_t
reload_deadline(const struct reload *r)
{
	if (r->status != EX_OK)
		return 0;
	return r->step == RELOAD_NONE ? INT64_MAX :
	    r->step == RELOAD_LOADING ? r->loader.deadline_ms :
					r->deadline_ms;
}

static bool
awaits(const struct reload *r, unsigned generation)
{
	return r->step == RELOAD_READYING && r->status == EX_OK &&
	    generation == r->next.number;
}

void
reload_lost_worker(struct reload *r, const struct pool_end *end)
{
	if (end->early && awaits(r, end->generation))
		fail(r, "a new worker died before it was ready", end->status);
}

void
reload_lost_birth(struct reload *r, const struct spawn_failure *failure)
{
	if (awaits(r, failure->generation))
		fail(r, failure->why.text, failure->status);
}
