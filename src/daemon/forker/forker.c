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
 * The number of the link in the forker.  It is low, so the filter allows to
 * receive and send on it as on a connection; workers close it.
 */
enum { LINK = STDERR_FILENO + 1 };

/*
 * Clone a child of our parent, as fork(3) cannot do.  What that does beside,
 * for threads and handlers of pthread_atfork(3), is not needed here.
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

/*
 * Answer the master.  This may wait for room in the link, for nobody waits for
 * this process.  False: the master is gone.
 */
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
	/* A worker that the master does not know must not serve. */
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
