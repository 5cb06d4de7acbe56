/* SPDX-License-Identifier: ISC */
#include "daemon/master/children.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/log/class.h"
#include "daemon/log/log.h"
#include "daemon/log/logger.h"
#include "daemon/pool/autoscale.h"
#include "daemon/pool/pool.h"
#include "daemon/master/reload.h"
#include "daemon/pool/spawn.h"
#include "daemon/reporter/reporter.h"
#include "daemon/upgrade/upgrade.h"

/* Requested workers will never be born: tell the module that requested them. */
static void
miss(struct reload *r, struct autoscale *autoscale,
    const struct spawn_failure *failure, int64_t now_ms)
{
	if (failure->generation == 0)
		return;
	if (failure->generation == r->current->number)
		autoscale_lost_birth(autoscale, r->pool, failure, now_ms);
	else
		reload_lost_birth(r, failure);
}

void
children_hear(struct reload *r, struct autoscale *autoscale, int64_t now_ms)
{
	struct spawn_failure failure;

	while (spawn_hear(r->pool, &failure) ||
	    spawn_overdue(r->pool, now_ms, &failure))
		miss(r, autoscale, &failure, now_ms);
}

/*
 * A child has ended.  It may be unknown to all modules: if echod is process 1,
 * the kernel gives it every orphan.
 */
static void
bury(struct reload *r, struct autoscale *autoscale, struct upgrade *upgrade,
    pid_t pid, int status, int64_t now_ms)
{
	struct spawn_failure failure;
	struct pool_end end;
	bool expected;
	char how[64];

	if (pool_reaped(r->pool, pid, status, now_ms, &end)) {
		if (end.generation == r->current->number) {
			autoscale_ended(autoscale, &end, now_ms);
		} else {
			reload_lost_worker(r, &end);
			if (end.wake_lost)
				autoscale_wake_lost(autoscale);
		}
	} else if (spawn_reaped(r->pool, pid, status, &failure)) {
		miss(r, autoscale, &failure, now_ms);
	} else if (logger_reaped(r->logger, pid, now_ms)) {
		/* A logger ends with status 0 when a reload changes its
		 * confinement: another one takes its place. */
		if (r->current->number == 0 || status == 0)
			return;
		pool_end_text(status, how, sizeof(how));
		(void)class_log(CLASS_LOGGER, LEVEL_ERR,
		    "logger died pid=%ld %s", (long)pid, how);
	} else if (reporter_reaped(r->reporter, pid, &expected, now_ms)) {
		if (expected)
			return;
		pool_end_text(status, how, sizeof(how));
		(void)class_log(CLASS_REPORTER, LEVEL_ERR,
		    "reporter died pid=%ld %s", (long)pid, how);
	} else if (!loader_reaped(&r->loader, pid) &&
	    !upgrade_reaped(upgrade, pid, status)) {
		log_debug("reaped pid=%ld", (long)pid);
		spawn_hurry(r->pool, now_ms);
	}
}

static void
freeze(struct reload *r, struct autoscale *autoscale,
    const struct upgrade *upgrade, pid_t pid, bool frozen, int64_t now_ms)
{
	struct spawn_failure failure;

	if (logger_frozen(r->logger, pid, frozen, now_ms) ||
	    reporter_frozen(r->reporter, pid, frozen))
		return;
	if (pool_frozen(r->pool, pid, frozen)) {
		if (frozen)
			autoscale_wake_lost(autoscale);
	} else if (frozen && spawn_stopped(r->pool, pid, &failure)) {
		miss(r, autoscale, &failure, now_ms);
	} else if (frozen && getpid() != 1 && pid != r->loader.pid &&
	    pid != upgrade->pid) {
		/* A stopped child that no module knows: nobody else would ever
		 * end it. */
		kill(pid, SIGKILL);
	}
}

int
children_reap(struct reload *r, struct autoscale *autoscale,
    struct upgrade *upgrade, int64_t now_ms)
{
	const int how = WEXITED | WSTOPPED | WCONTINUED | WNOHANG | WNOWAIT;
	siginfo_t who = { 0 };
	int status, found;
	pid_t pid;

	while ((found = waitid(P_ALL, 0, &who, how)) == 0 && who.si_pid != 0) {
		/* A worker may end right after it has told its birth.  That
		 * message must be heard before the worker is reaped, while its
		 * pid cannot belong to another process. */
		children_hear(r, autoscale, now_ms);
		pid = waitpid(who.si_pid, &status,
		    WNOHANG | WUNTRACED | WCONTINUED);
		who.si_pid = 0;
		if (pid == -1)
			return errno;
		if (pid == 0)
			continue;
		if (WIFSTOPPED(status) || WIFCONTINUED(status))
			freeze(r, autoscale, upgrade, pid, WIFSTOPPED(status),
			    now_ms);
		else
			bury(r, autoscale, upgrade, pid, status, now_ms);
	}
	/* ECHILD is no error unless the pool says that there are workers. */
	return found == -1 && (errno != ECHILD || r->pool->count > 0) ? errno :
									0;
}
