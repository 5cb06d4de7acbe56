/* SPDX-License-Identifier: ISC */
#include "daemon/upgrade/predecessor.h"

#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "common/errbuf.h"
#include "daemon/log/log.h"

void
predecessor_begin(struct predecessor *p, int link)
{
	*p = (struct predecessor){ .state = link != -1 ? PREDECESSOR_SERVES :
							 PREDECESSOR_NONE,
		.link = link,
		.waiter = -1,
		.gave.pidfile = -1 };
}

int
predecessor_take(struct predecessor *p, struct errbuf *err)
{
	if (p->state == PREDECESSOR_NONE)
		return 0;
	(void)fcntl(p->link, F_SETFD, FD_CLOEXEC);
	return handover_take(p->link, &p->gave, err);
}

bool
predecessor_waits(const struct predecessor *p)
{
	return p->state == PREDECESSOR_SERVES ||
	    p->state == PREDECESSOR_AWAITED;
}

int
predecessor_watch(struct predecessor *p, int waiter)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = p->link };

	if (p->state == PREDECESSOR_NONE)
		return 0;
	p->waiter = waiter;
	return epoll_ctl(waiter, EPOLL_CTL_ADD, p->link, &event);
}

static void
hang_up(struct predecessor *p)
{
	/* A child that has just been forked may have a copy of it. */
	if (p->waiter != -1)
		(void)epoll_ctl(p->waiter, EPOLL_CTL_DEL, p->link, NULL);
	close(p->link);
	p->link = -1;
	p->state = PREDECESSOR_NONE;
}

/*
 * A line that cannot be sent is no error: the old master has ended then, and
 * predecessor_step() finds that out.
 */
static void
say(struct predecessor *p, const char *line)
{
	if (p->state != PREDECESSOR_NONE)
		(void)handover_say(p->link, "%s", line);
}

void
predecessor_fail(struct predecessor *p, int status, const char *why)
{
	if (p->state != PREDECESSOR_NONE)
		(void)handover_say(p->link, "failed %d %s", status, why);
}

void
predecessor_ready(struct predecessor *p)
{
	say(p, "ready version=" PACKAGE_VERSION);
	p->state = PREDECESSOR_AWAITED;
}

void
predecessor_committed(struct predecessor *p)
{
	say(p, "committed");
	if (p->state != PREDECESSOR_NONE)
		p->state = PREDECESSOR_RETIRES;
}

void
predecessor_leaving(struct predecessor *p)
{
	say(p, "leaving");
}

bool
predecessor_step(struct predecessor *p)
{
	bool awaited = p->state == PREDECESSOR_AWAITED;
	char line[HANDOVER_RECORD];
	bool counted;
	int got = 0;

	if (p->state == PREDECESSOR_NONE)
		return false;
	while (
	    (got = handover_listen(p->link, line, &p->before, &counted)) == 1) {
		p->counted = p->counted || counted;
		if (strcmp(line, "take") == 0)
			p->yielded = true;
	}
	if (got == -1) {
		p->yielded = true;
		hang_up(p);
		log_notice("the echod before this one has left pid=%ld",
		    (long)p->gave.pid);
	}
	return awaited && p->yielded;
}
