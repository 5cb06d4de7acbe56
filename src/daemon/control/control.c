/* SPDX-License-Identifier: ISC */
#include "daemon/control/control.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/errbuf.h"
#include "config/config.h"
#include "daemon/environment.h"
#include "daemon/log/log.h"

enum {
	ALL = CONTROL_CALLERS + CONTROL_ADOPTED,
	THE_PLACE = ALL, /* the number that events of the socket have */
	RETRY_MS = 1000, /* until accept(2) is tried again */
};

static int
watch(struct control *control, int how, int fd, unsigned number,
    uint32_t events)
{
	struct epoll_event event = { .events = events, .data.u32 = number };

	return epoll_ctl(control->waiter, how, fd, &event);
}

int
control_open(struct control *control, int waiter, struct errbuf *err)
{
	struct epoll_event event = { .events = EPOLLIN };

	control->place.fd = -1;
	control->last = ALL - 1;
	control->waiter = epoll_create1(EPOLL_CLOEXEC);
	event.data.fd = control->waiter;
	if (control->waiter == -1 ||
	    epoll_ctl(waiter, EPOLL_CTL_ADD, control->waiter, &event) == -1)
		return errbuf_sys(err, "cannot wait for requests");
	return 0;
}

void
control_leave(struct control *control)
{
	if (control->place.fd == -1)
		return;
	(void)watch(control, EPOLL_CTL_DEL, control->place.fd, THE_PLACE, 0);
	place_close(&control->place);
}

/* The path that the configuration means; "": no socket. */
static void
path_of(const struct config_control *config, char *path, size_t size)
{
	const char *directory = environment()->runtime_directory;

	if (strcmp(config->path, CONFIG_CONTROL_AUTO) != 0)
		snprintf(path, size, "%s", config->path);
	else if (directory != NULL)
		snprintf(path, size, "%s/control", directory);
	else
		path[0] = '\0';
}

void
control_settle(struct control *control, const struct config_control *config,
    bool take_over)
{
	struct place *now = &control->place, next;
	char path[CONFIG_PATH];
	struct errbuf err;
	bool here;

	path_of(config, path, sizeof(path));
	here = place_is_ours(now) && strcmp(now->path, path) == 0;
	if (path[0] == '\0')
		control_leave(control);
	if (path[0] == '\0' || (here && now->group == config->gid))
		return;
	if (place_open(&next, path, config->gid, take_over || here, &err) ==
	    -1) {
		log_warning("cannot make the control socket: %s", err.text);
		return;
	}
	control_leave(control);
	*now = next;
	control->accept_ms = 0;
	(void)watch(control, EPOLL_CTL_ADD, now->fd, THE_PLACE, EPOLLIN);
	log_notice("control socket path=%s", path);
}

/* Have the epoll look for what this caller needs now. */
static void
look_after(struct control *control, struct caller *c)
{
	unsigned number = (unsigned)(c - control->caller);
	uint32_t events = c->sent < c->used ? EPOLLOUT :
	    c->state == CALLER_ASKING	    ? EPOLLIN :
					      0;

	if (c->state == CALLER_GONE) {
		(void)watch(control, EPOLL_CTL_DEL, c->fd, number, 0);
		caller_end(c);
	} else if (events != c->events) {
		(void)watch(control, EPOLL_CTL_MOD, c->fd, number, events);
		c->events = events;
	}
}

/*
 * Begin to serve a new caller.  Without a free place its descriptor is closed.
 */
static int
welcome(struct control *control, unsigned number, int fd, unsigned rights,
    int64_t now_ms)
{
	struct caller *c = &control->caller[number];

	if (watch(control, EPOLL_CTL_ADD, fd, number, EPOLLIN) == -1) {
		close(fd);
		return -1;
	}
	caller_begin(c, fd, rights, now_ms);
	c->events = EPOLLIN;
	return 0;
}

int
control_adopt(struct control *control, int fd, unsigned rights)
{
	for (unsigned i = CONTROL_CALLERS; i < ALL; i++)
		if (control->caller[i].state == CALLER_FREE) {
			if (welcome(control, i, fd, rights, 0) == -1)
				return -1;
			control->caller[i].adopted = true;
			return 0;
		}
	close(fd);
	return -1;
}

/*
 * The number of a free place; if there is none, that of a caller that gives way,
 * and has not moved for the longest time, which is disconnected.  -1: there is
 * neither.
 */
static int
make_place(struct control *control)
{
	int longest = -1;

	for (int i = 0; i < CONTROL_CALLERS; i++) {
		struct caller *c = &control->caller[i];

		if (c->state == CALLER_FREE)
			return i;
		if (caller_gives_way(c) &&
		    (longest == -1 ||
			c->moved_ms < control->caller[longest].moved_ms))
			longest = i;
	}
	if (longest != -1) {
		control->caller[longest].state = CALLER_GONE;
		look_after(control, &control->caller[longest]);
	}
	return longest;
}

/*
 * The rights of a user: root, and the user who runs echod, may change
 * something.
 */
static unsigned
rights_of(const struct ucred *peer)
{
	return peer->uid == 0 || peer->uid == geteuid() ?
	    CONTROL_READ | CONTROL_CHANGE :
	    CONTROL_READ;
}

static void
let_in(struct control *control, int fd, int64_t now_ms)
{
	static const char full[] = "error 75 too many wait for an answer\n";
	struct ucred peer;
	socklen_t size = sizeof(peer);
	int number = make_place(control);

	if (number == -1)
		(void)send(fd, full, sizeof(full) - 1,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
	if (number == -1 ||
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == -1) {
		close(fd);
		return;
	}
	if (welcome(control, (unsigned)number, fd, rights_of(&peer), now_ms) ==
	    -1)
		return;
	control->caller[number].uid = peer.uid;
	control->caller[number].pid = peer.pid;
}

/*
 * accept(2) fails: have the epoll ignore the socket for a while, or the event
 * loop would spin.
 */
static void
pause_place(struct control *control, int64_t now_ms)
{
	control->accept_ms = now_ms + RETRY_MS;
	(void)watch(control, EPOLL_CTL_MOD, control->place.fd, THE_PLACE, 0);
}

static void
answer_door(struct control *control, int64_t now_ms)
{
	int fd = -1;

	/* No more at a time, for the master has other things to do. */
	for (int i = 0; i < CONTROL_CALLERS; i++) {
		fd = accept4(control->place.fd, NULL, NULL,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd == -1)
			break;
		let_in(control, fd, now_ms);
	}
	if (fd == -1 && errno != EAGAIN && errno != EINTR &&
	    errno != ECONNABORTED)
		pause_place(control, now_ms);
}

static void
handle(struct control *control, const struct epoll_event *event, int64_t now_ms)
{
	unsigned number = event->data.u32;
	struct caller *c;

	if (number == THE_PLACE) {
		answer_door(control, now_ms);
		return;
	}
	c = &control->caller[number];
	if (c->state == CALLER_FREE)
		return;
	if (event->events & EPOLLOUT)
		caller_send(c, now_ms);
	else if (event->events & EPOLLIN)
		caller_read(c, now_ms);
	else
		c->state = CALLER_GONE; /* hung up */
	caller_send(c, now_ms);
	look_after(control, c);
}

/* Disconnect the callers whose deadline is over. */
static void
enforce(struct control *control, int64_t now_ms)
{
	for (unsigned i = 0; i < ALL; i++)
		if (now_ms >= caller_deadline(&control->caller[i])) {
			control->caller[i].state = CALLER_GONE;
			look_after(control, &control->caller[i]);
		}
	if (control->accept_ms == 0 || now_ms < control->accept_ms)
		return;
	control->accept_ms = 0;
	if (control->place.fd != -1)
		(void)watch(control, EPOLL_CTL_MOD, control->place.fd,
		    THE_PLACE, EPOLLIN);
}

void
control_step(struct control *control, int64_t now_ms)
{
	struct epoll_event events[ALL + 1];
	int n = 0;

	if (control->noticed)
		n = epoll_wait(control->waiter, events, ALL + 1, 0);
	control->noticed = false;
	for (int i = 0; i < n; i++)
		handle(control, &events[i], now_ms);
	enforce(control, now_ms);
}

int64_t
control_deadline(const struct control *control)
{
	int64_t next = control->accept_ms != 0 ? control->accept_ms : INT64_MAX;

	for (unsigned i = 0; i < ALL; i++)
		next = clock_earlier(next,
		    caller_deadline(&control->caller[i]));
	return next;
}

struct caller *
control_asked(struct control *control)
{
	/* Begin after the caller that was answered last: so a caller that asks
	 * without end gets one answer while each other caller gets one, too. */
	for (unsigned i = 1; i <= ALL; i++) {
		unsigned next = (control->last + i) % ALL;

		if (caller_asks(&control->caller[next])) {
			control->last = next;
			return &control->caller[next];
		}
	}
	return NULL;
}

void
control_said(struct control *control, struct caller *c, int64_t now_ms)
{
	caller_send(c, now_ms);
	look_after(control, c);
}

void
control_tell(struct control *control, enum caller_event event, int status,
    const char *sentence, bool last)
{
	for (unsigned i = 0; i < ALL; i++) {
		struct caller *c = &control->caller[i];

		if (c->state != CALLER_WAITING || c->awaits != event)
			continue;
		if (c->skip > 0 && !last) {
			c->skip--;
			continue;
		}
		if (status == EX_OK) {
			caller_line(c, "%s", sentence);
			caller_ok(c);
		} else {
			caller_error(c, status, sentence);
		}
		control_said(control, c, clock_ms());
	}
}

void
control_close(struct control *control)
{
	control_leave(control);
	for (unsigned i = 0; i < ALL; i++)
		if (control->caller[i].state != CALLER_FREE)
			caller_end(&control->caller[i]);
}
