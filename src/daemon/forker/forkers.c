/* SPDX-License-Identifier: ISC */
#include "daemon/forker/forkers.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/link.h"

void
forkers_init(struct forkers *forkers, int waiter)
{
	memset(forkers, 0, sizeof(*forkers));
	forkers->waiter = waiter;
}

struct forker *
forkers_find(struct forkers *forkers, unsigned generation)
{
	for (unsigned i = 0; i < FORKERS; i++) {
		struct forker *forker = &forkers->item[i];

		if (forker->pid != 0 && forker->fd != -1 &&
		    forker->generation == generation)
			return forker;
	}
	return NULL;
}

struct forker *
forkers_by_pid(struct forkers *forkers, pid_t pid)
{
	for (unsigned i = 0; i < FORKERS; i++)
		if (forkers->item[i].pid == pid)
			return &forkers->item[i];
	return NULL;
}

unsigned
forkers_beside(const struct forkers *forkers, unsigned generation)
{
	unsigned n = 0;

	for (unsigned i = 0; i < FORKERS; i++)
		if (forkers->item[i].pid != 0 &&
		    (forkers->item[i].generation != generation ||
			generation == 0))
			n++;
	return n;
}

static pid_t
start(const struct forkers *forkers, const int link[2], struct worker_job *job)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = link[0] };
	pid_t pid;
	int saved;

	if (epoll_ctl(forkers->waiter, EPOLL_CTL_ADD, link[0], &event) == -1)
		return -1;
	if ((pid = fork()) == 0)
		forker_main(job, link[1]);
	if (pid == -1) {
		saved = errno;
		(void)epoll_ctl(forkers->waiter, EPOLL_CTL_DEL, link[0], NULL);
		errno = saved;
	}
	return pid;
}

int
forkers_start(struct forkers *forkers, unsigned generation,
    struct worker_job *job)
{
	struct forker *forker = forkers_by_pid(forkers, 0);
	int link[2], saved;
	pid_t pid;

	if (forker == NULL) {
		errno = EAGAIN;
		return -1;
	}
	if (link_open(link) == -1)
		return -1;
	pid = start(forkers, link, job);
	saved = errno;
	close(link[1]);
	if (pid == -1) {
		close(link[0]);
		errno = saved;
		return -1;
	}
	*forker = (struct forker){ .pid = pid,
		.generation = generation,
		.fd = link[0] };
	return 0;
}

int
forkers_request(const struct forker *forker,
    const struct forker_request *request)
{
	/* A record is sent as a whole or not at all.  If the forker has died,
	 * that is no error here: it is found out, with the reason, when it is
	 * reaped. */
	if (send(forker->fd, request, sizeof(*request),
		MSG_DONTWAIT | MSG_NOSIGNAL) == -1 &&
	    errno != EPIPE && errno != ECONNRESET)
		return -1;
	return 0;
}

bool
forkers_hear(const struct forker *forker, struct forker_answer *answer,
    pid_t *sender, bool *lost)
{
	ssize_t n = link_receive(forker->fd, answer, sizeof(*answer),
	    MSG_DONTWAIT | MSG_TRUNC, sender);

	/* A record of another size cannot be an answer. */
	if (n != (ssize_t)sizeof(*answer) && *sender != 0)
		*answer = (struct forker_answer){ FORKER_READY, -1 };
	*lost = *sender == 0 && (n != -1 || errno != EAGAIN);
	return *sender != 0;
}

void
forkers_silence(const struct forker *forker)
{
	(void)shutdown(forker->fd, SHUT_RDWR);
}

static void
close_link(const struct forkers *forkers, struct forker *forker)
{
	if (forker->fd == -1)
		return;
	/* A child that has just been forked may have a copy, so closing it is
	 * not enough. */
	(void)epoll_ctl(forkers->waiter, EPOLL_CTL_DEL, forker->fd, NULL);
	close(forker->fd);
	forker->fd = -1;
}

void
forkers_retire(const struct forkers *forkers, struct forker *forker)
{
	close_link(forkers, forker);
	kill(forker->pid, SIGKILL);
}

void
forkers_reaped(const struct forkers *forkers, struct forker *forker)
{
	close_link(forkers, forker);
	*forker = (struct forker){ 0 };
}
