/* SPDX-License-Identifier: ISC */
#include "daemon/master/watch.h"

#include <errno.h>
#include <sys/epoll.h>

#include "daemon/log/class.h"
#include "daemon/pool/generation.h"
#include "daemon/listen/tune.h"

enum { LOOK_MS = 1000 };

/*
 * Ask for one event of each listener.  There is no other until this is called
 * again, so that clients do not wake the master one by one under load.  A
 * listener that has been closed here but lives on in a worker may cause one
 * event more, which does no harm.
 */
static bool
arm(const struct watch *watch, const struct generation *gen)
{
	bool armed = true;
	struct epoll_event event = { .events = EPOLLIN | EPOLLET | EPOLLONESHOT,
		.data.fd = WATCH_EVENT };

	for (unsigned i = 0; i < gen->listeners.count; i++) {
		int fd = gen->listeners.item[i].fd;

		if (epoll_ctl(watch->waiter, EPOLL_CTL_MOD, fd, &event) == -1 &&
		    (errno != ENOENT ||
			epoll_ctl(watch->waiter, EPOLL_CTL_ADD, fd, &event) ==
			    -1))
			armed = false;
	}
	return armed;
}

void
watch_arm(struct watch *watch, struct generation *gen, int64_t now_ms)
{
	for (unsigned i = 0; i < gen->listeners.count; i++)
		(void)tune_read(gen->listeners.item[i].fd,
		    &gen->listeners.item[i].tuned);
	watch->noticed = watch->broken = false;
	watch->look_ms = arm(watch, gen) ? 0 : now_ms + LOOK_MS;
}

bool
watch_due(const struct watch *watch, int64_t now_ms)
{
	return watch->look_ms != 0 ? now_ms >= watch->look_ms : watch->noticed;
}

int64_t
watch_deadline(const struct watch *watch)
{
	return watch->look_ms != 0 ? watch->look_ms : INT64_MAX;
}

/*
 * Mend a listener if it needs it.  False if it is closed and cannot be opened
 * again.
 */
static bool
mend(const struct watch *watch, const struct listener *l,
    const struct config *config)
{
	enum tune_state state = tune_check(l->fd, &l->tuned);
	bool ours = l->origin != LISTENER_INHERITED;

	if (state == TUNE_GOOD)
		return true;
	if (tune_mend(l->fd, &l->bound, ours, config) == -1) {
		if (!watch->broken)
			(void)class_log(CLASS_LISTENER, LEVEL_ERR,
			    "a worker has closed %s, which cannot be opened "
			    "again yet: %m",
			    l->text);
		return false;
	}
	if (state == TUNE_CLOSED)
		(void)class_log(CLASS_LISTENER, LEVEL_ERR,
		    "a worker has closed %s, opened again", l->text);
	else
		(void)class_log(CLASS_LISTENER, LEVEL_ERR,
		    "a worker has changed %s, set again", l->text);
	return true;
}

unsigned
watch_look(struct watch *watch, struct generation *gen, int64_t now_ms)
{
	bool first = watch->look_ms == 0, broken = false;
	unsigned waiting = 0;

	for (unsigned i = 0; i < gen->listeners.count; i++) {
		if (!mend(watch, &gen->listeners.item[i], &gen->config))
			broken = true;
		waiting += listener_waiting(&gen->listeners.item[i], NULL);
	}
	watch->noticed = false;
	watch->broken = broken;
	watch->look_ms = now_ms + LOOK_MS;
	/* Only a second look may ask for events again, so that there is not
	 * more than one look a second. */
	if (!first && !broken && waiting == 0 && arm(watch, gen))
		watch->look_ms = 0;
	return waiting;
}
