/* SPDX-License-Identifier: ISC */
#include "daemon/upgrade/upgrade.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "daemon/link.h"
#include "daemon/log/log.h"
#include "daemon/pool/pool.h"
#include "daemon/upgrade/executable.h"

enum { END_MS = 1000 }; /* from the end of the link to the end of the process */

void
upgrade_init(struct upgrade *u, int waiter)
{
	*u = (struct upgrade){ .waiter = waiter, .link = -1 };
}

static void
hang_up(struct upgrade *u)
{
	if (u->link == -1)
		return;
	/* A child that has just been forked may have a copy of it. */
	(void)epoll_ctl(u->waiter, EPOLL_CTL_DEL, u->link, NULL);
	close(u->link);
	u->link = -1;
}

static void
forget(struct upgrade *u)
{
	hang_up(u);
	u->step = UPGRADE_NONE;
	u->pid = 0;
}

void
upgrade_abandon(struct upgrade *u)
{
	if (u->step == UPGRADE_NONE || u->step == UPGRADE_TAKEN)
		return;
	/* Its workers notice by their lifeline, and serve their clients to the
	 * end. */
	if (u->pid != 0)
		kill(u->pid, SIGKILL);
	forget(u);
}

/*
 * Put what is handed over into the link, where it waits for the new master, and
 * execute that with the other end.
 */
static int
start(struct upgrade *u, const int link[2], const struct handover *handover)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = link[0] };

	if (handover_give(link[0], handover) == -1 ||
	    epoll_ctl(u->waiter, EPOLL_CTL_ADD, link[0], &event) == -1)
		return -1;
	u->link = link[0];
	return (u->pid = executable_start(link[1])) == -1 ? -1 : 0;
}

int
upgrade_start(struct upgrade *u, const struct handover *handover,
    int64_t now_ms, struct errbuf *err)
{
	int link[2], waiter = u->waiter, result;

	if (executable_check(err) == -1)
		return -1;
	upgrade_init(u, waiter);
	if (link_open(link) == -1)
		return errbuf_sys(err, "cannot make the link to a new echod");
	if ((result = start(u, link, handover)) == -1)
		errbuf_sys(err, "cannot start the new echod");
	close(link[1]);
	if (result == -1) {
		if (u->link == -1)
			close(link[0]);
		forget(u);
		return -1;
	}
	u->step = UPGRADE_PROVING;
	u->started_ms = now_ms;
	u->deadline_ms = now_ms + UPGRADE_MS;
	return 0;
}

static enum upgrade_outcome
fail(struct upgrade *u)
{
	bool had = u->step == UPGRADE_TAKEN;

	errbuf_clean(&u->err);
	u->step = had ? UPGRADE_NONE : u->step;
	if (had)
		forget(u);
	else
		upgrade_abandon(u);
	return had ? UPGRADE_UNDONE : UPGRADE_FAILED;
}

/* The new master has sent this line.  Returns what follows from it. */
static enum upgrade_outcome
obey(struct upgrade *u, const char *line)
{
	const char *reason;

	if (strncmp(line, "ready", 5) == 0 && u->step == UPGRADE_PROVING) {
		handover_value(line, "version", u->version, sizeof(u->version));
		return UPGRADE_READY;
	}
	if (strcmp(line, "committed") == 0 && u->step == UPGRADE_TAKING) {
		u->step = UPGRADE_TAKEN;
		return UPGRADE_DONE;
	}
	if (strcmp(line, "leaving") == 0)
		u->leaving = true;
	if (strncmp(line, "failed ", 7) == 0 && u->step != UPGRADE_TAKEN) {
		reason = strchr(line + 7, ' ');
		errbuf_set(&u->err, "%s", reason != NULL ? reason + 1 : line);
		return fail(u);
	}
	return UPGRADE_PENDING;
}

/* The new master has ended, or has to. */
static enum upgrade_outcome
lose(struct upgrade *u)
{
	if (u->step == UPGRADE_TAKEN && u->leaving) {
		/* It was stopped, and that was meant for the service: do not
		 * take it back. */
		forget(u);
		return UPGRADE_PENDING;
	}
	return fail(u);
}

/*
 * The new master has closed the link: it is about to end.  If it does not end
 * soon, it is of no use, and is killed.
 */
static enum upgrade_outcome
await_end(struct upgrade *u, int64_t now_ms)
{
	if (u->link != -1)
		u->deadline_ms = now_ms + END_MS;
	hang_up(u);
	if (now_ms < u->deadline_ms)
		return UPGRADE_PENDING;
	errbuf_set(&u->err, "the new echod hung up pid=%ld", (long)u->pid);
	kill(u->pid, SIGKILL);
	return lose(u);
}

enum upgrade_outcome
upgrade_step(struct upgrade *u, int64_t now_ms)
{
	enum upgrade_outcome outcome = UPGRADE_PENDING;
	char line[HANDOVER_RECORD];
	int got = 0;

	if (u->step == UPGRADE_NONE)
		return UPGRADE_PENDING;
	while (outcome == UPGRADE_PENDING && u->link != -1 &&
	    (got = handover_hear(u->link, line)) == 1)
		outcome = obey(u, line);
	if (outcome != UPGRADE_PENDING || u->step == UPGRADE_NONE)
		return outcome;
	if (u->pid == 0)
		return lose(u);
	if (got == -1 || u->link == -1)
		return await_end(u, now_ms);
	if (u->step != UPGRADE_TAKEN && now_ms >= u->deadline_ms) {
		errbuf_set(&u->err,
		    "the new echod did not take the service within %d s",
		    UPGRADE_MS / 1000);
		return fail(u);
	}
	return UPGRADE_PENDING;
}

void
upgrade_yield(struct upgrade *u, const struct snapshot *snapshot)
{
	/* Failures are ignored: if it has gone, upgrade_step() finds that
	 * out. */
	(void)handover_say_snapshot(u->link, snapshot);
	(void)handover_say(u->link, "take");
	u->step = UPGRADE_TAKING;
}

void
upgrade_release(struct upgrade *u)
{
	if (u->link != -1)
		(void)epoll_ctl(u->waiter, EPOLL_CTL_DEL, u->link, NULL);
}

void
upgrade_end(struct upgrade *u, const struct snapshot *snapshot)
{
	if (u->step == UPGRADE_TAKEN)
		(void)handover_say_snapshot(u->link, snapshot);
	forget(u);
}

void
upgrade_pass_reload(const struct upgrade *u)
{
	if (u->pid != 0)
		kill(u->pid, SIGHUP);
}

int64_t
upgrade_deadline(const struct upgrade *u)
{
	return u->step == UPGRADE_NONE ||
		(u->step == UPGRADE_TAKEN && u->link != -1) ?
	    INT64_MAX :
	    u->deadline_ms;
}

bool
upgrade_reaped(struct upgrade *u, pid_t pid, int wait_status)
{
	char how[64];

	if (u->step == UPGRADE_NONE || u->pid != pid)
		return false;
	pool_end_text(wait_status, how, sizeof(how));
	errbuf_set(&u->err, "the new echod ended pid=%ld %s", (long)pid, how);
	/* The link may still hold the reason that it gave; see
	 * upgrade_step(). */
	u->pid = 0;
	return true;
}
