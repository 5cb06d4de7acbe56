/* SPDX-License-Identifier: ISC */
#include "daemon/reporter/reporter.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/errbuf.h"
#include "daemon/backoff.h"
#include "daemon/control/control.h"
#include "daemon/log/class.h"
#include "daemon/log/log.h"
#include "daemon/sandbox/descriptors.h"
#include "daemon/sandbox/process.h"
#include "daemon/signals.h"

enum { STABLE_MS = 10000 }; /* one that lived so long has not failed */

int
reporter_prepare(struct reporter *r, struct listener_set *adopted,
    const struct config *config, struct errbuf *err)
{
	if (config->metrics.count > 0 && access(r->program, X_OK) == -1)
		return errbuf_sys(err, "metrics.address: cannot execute %s",
		    r->program);
	if (endpoint_set_prepare(&r->next, &r->now, adopted, config, err) == -1)
		return -1;
	r->prepared = true;
	return 0;
}

static struct reporter_job
job_of(const struct config *config, unsigned listeners)
{
	struct reporter_job job = { .uid = config->uid,
		.gid = config->gid,
		.sandbox = config->sandbox,
		.listeners = listeners };

	memcpy(job.chroot, config->chroot, sizeof(job.chroot));
	return job;
}

static bool
is_same(const struct reporter_job *a, const struct reporter_job *b)
{
	return a->uid == b->uid && a->gid == b->gid &&
	    a->sandbox == b->sandbox && strcmp(a->chroot, b->chroot) == 0;
}

/* Kill the reporter; its end is to be reaped. */
static void
end(struct reporter *r)
{
	if (r->pid == 0)
		return;
	kill(r->pid, SIGKILL);
	r->replaced = true;
}

void
reporter_commit(struct reporter *r, const struct config *config, int64_t now_ms)
{
	struct reporter_job job;
	bool changed;

	if (!r->prepared)
		return;
	r->prepared = false;
	changed = endpoint_set_commit(&r->now, &r->next);
	job = job_of(config, r->now.count);
	if (!changed && !r->paused && is_same(&job, &r->job))
		return;
	r->paused = false;
	end(r);
	r->job = job;
	r->failures = 0;
	r->retry_ms = now_ms;
}

void
reporter_abandon(struct reporter *r, struct listener_set *adopted)
{
	if (r->prepared)
		endpoint_set_abandon(&r->next, adopted);
	r->prepared = false;
}

void
reporter_succeed(struct reporter *r, const struct endpoint_set *endpoints)
{
	r->now = *endpoints;
	r->paused = true;
}

void
reporter_yield(struct reporter *r)
{
	r->paused = true;
	end(r);
}

void
reporter_resume(struct reporter *r, int64_t now_ms)
{
	r->paused = false;
	r->retry_ms = now_ms;
}

/*
 * Give the descriptors the numbers that echod-report expects.  -1 with errno.
 */
static int
arrange(const struct reporter *r, int link)
{
	int keep[3 + REPORTER_LISTENERS], n = 0, fd;

	if (dup2(link, REPORTER_MASTER) == -1)
		return -1;
	keep[n++] = REPORTER_MASTER;
	if (r->keep_stderr)
		keep[n++] = STDERR_FILENO;
	for (unsigned i = 0; i < r->now.count; i++) {
		/* Their own numbers are higher, so none is lost. */
		fd = REPORTER_LISTENER + (int)i;
		if (dup2(r->now.item[i].fd, fd) == -1)
			return -1;
		keep[n++] = fd;
	}
	/* Until the program is executed, errors can still be logged. */
	keep[n++] = log_writer();
	descriptors_keep(keep, (size_t)n);
	return 0;
}

/* The child: become echod-report, or say why not. */
static _Noreturn void
execute(const struct reporter *r, int link, pid_t parent)
{
	struct reporter_args args;
	struct errbuf err;
	char *none[] = { NULL };

	signals_deaf();
	process_name("echod:reporter");
	reporter_job_write(&r->job, &args);
	if (arrange(r, link) == -1)
		errbuf_sys(&err, "cannot arrange descriptors");
	else if (process_parent(parent, SIGKILL, &err) == 0) {
		execve(r->program, (char *const *)args.argv, none);
		errbuf_sys(&err, "cannot execute %s", r->program);
	}
	(void)class_log(CLASS_REPORTER, LEVEL_ERR, "reporter cannot start: %s",
	    err.text);
	_exit(EX_OSERR);
}

/* Start the reporter.  -1 with errno. */
static int
start(struct reporter *r)
{
	pid_t parent = getpid();
	int link[2], saved;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, link) == -1)
		return -1;
	r->replaced = false;
	if ((r->pid = fork()) == 0)
		execute(r, link[1], parent);
	saved = errno;
	close(link[1]);
	if (r->pid == -1) {
		r->pid = 0;
		close(link[0]);
		errno = saved;
		return -1;
	}
	/* If there are too many callers, the link is closed, and the reporter
	 * ends. */
	(void)control_adopt(r->control, link[0], CONTROL_READ);
	return 0;
}

static void
retry(struct reporter *r, int64_t now_ms)
{
	r->retry_ms = now_ms;
	if (r->failures++ > 0)
		r->retry_ms += backoff_ms(r->failures - 1, (uint32_t)now_ms);
}

int64_t
reporter_maintain(struct reporter *r, int64_t now_ms)
{
	if (r->pid != 0 || r->paused || r->now.count == 0)
		return INT64_MAX;
	if (now_ms < r->retry_ms)
		return r->retry_ms;
	r->started_ms = now_ms;
	if (start(r) == 0)
		return INT64_MAX;
	(void)class_log(CLASS_REPORTER, LEVEL_WARNING,
	    "cannot fork the reporter: %m, trying again");
	/* Do not start it again at once. */
	r->failures += r->failures == 0;
	retry(r, now_ms);
	return r->retry_ms;
}

bool
reporter_reaped(struct reporter *r, pid_t pid, bool *expected, int64_t now_ms)
{
	if (r->pid != pid)
		return false;
	r->pid = 0;
	*expected = r->replaced;
	if (*expected || now_ms - r->started_ms >= STABLE_MS)
		r->failures = 0;
	if (*expected)
		r->retry_ms = now_ms;
	else
		retry(r, now_ms);
	return true;
}

bool
reporter_frozen(const struct reporter *r, pid_t pid, bool frozen)
{
	if (r->pid != pid)
		return false;
	/* Nobody else would ever end it. */
	if (frozen)
		kill(pid, SIGKILL);
	return true;
}

void
reporter_end(struct reporter *r)
{
	end(r);
	endpoint_set_close(&r->now);
}
