/* SPDX-License-Identifier: ISC */
#include "daemon/forker/forker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sysexits.h>
#include <unistd.h>

#include <linux/sched.h>

#include "daemon/worker/job.h"
#include "daemon/worker/worker.h"

/*
 * All that a worker is born with is above (descriptors.h), so a filter of system
 * calls takes the link for a connection; a worker has no more of it.
 */
enum { LINK = STDERR_FILENO + 1 };

/*
 * A child of our parent.  fork(3) cannot ask for that, but would do no more
 * here: there is one thread, and no handler for atfork.
 */
static pid_t
clone_sibling(void)
{
	const unsigned long flags = CLONE_PARENT | SIGCHLD;

#if defined(__s390__) || defined(__CRIS__)
	return (pid_t)syscall(SYS_clone, 0, flags, 0, 0, 0);
#else
	return (pid_t)syscall(SYS_clone, flags, 0, 0, 0, 0);
#endif
}

/* It may wait for room, for nobody waits for us; false: the master is gone. */
static bool
answer(uint32_t slot, int error)
{
	struct forker_answer answer = { .slot = slot, .error = error };

	return send(LINK, &answer, sizeof(answer), MSG_NOSIGNAL) ==
	    (ssize_t)sizeof(answer);
}

static _Noreturn void
be_born(struct worker_job *job, const struct forker_request *request)
{
	job->slot = request->slot;
	job->max_connections = request->max_connections;
	/* A worker that the master has not heard of must not serve. */
	if (!answer(job->slot, 0))
		_exit(EX_OK);
	close(LINK);
	worker_main(job);
}

_Noreturn void
forker_main(struct worker_job *job, int link)
{
	struct forker_request request;
	ssize_t n;

	if (link != LINK && dup3(link, LINK, O_CLOEXEC) == -1)
		_exit(EX_OSERR);
	worker_prepare(job, "echod:forker", LINK);
	if (!answer(FORKER_READY, 0))
		_exit(EX_OK);
	for (;;) {
		n = recv(LINK, &request, sizeof(request), 0);
		if (n == -1 && errno == EINTR)
			continue;
		if (n != (ssize_t)sizeof(request))
			_exit(EX_OK);
		switch (clone_sibling()) {
		case -1:
			if (!answer(request.slot, errno))
				_exit(EX_OK);
			break;
		case 0:
			be_born(job, &request);
		}
	}
}
