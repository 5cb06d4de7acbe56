/* SPDX-License-Identifier: ISC */
/*
 * echod-report: answers HTTP requests about echod, which executes it.  Only
 * this process has the HTTP library and its clients in memory.  It has no
 * listener of the echo service, no file and no way to the log.
 *
 * The descriptors that it is born with, and its command line, are described in
 * config/reporter_job.h.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/errbuf.h"
#include "common/output.h"
#include "config/reporter_job.h"
#include "daemon/sandbox/descriptors.h"
#include "daemon/sandbox/limits.h"
#include "daemon/sandbox/process.h"
#include "daemon/sandbox/sandbox.h"
#include "daemon/signals.h"
#include "daemon/violation.h"
#include "reporter/server.h"

static bool
is_socket(int fd)
{
	int type;
	socklen_t len = sizeof(type);

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0;
}

static int
confine(const struct reporter_job *job, pid_t parent, struct errbuf *err)
{
	const struct sandbox sandbox = { job->sandbox, ROLE_REPORTER,
		{ job->uid, job->gid, job->chroot } };
	const struct role_descriptors fds = { .master = REPORTER_MASTER,
		.connections = descriptors_next() };

	if (sandbox_prepare(job->sandbox, ROLE_BIT(ROLE_REPORTER), &fds, err) ==
		-1 ||
	    limits_no_children(err) == -1 || sandbox_enter(&sandbox, err) == -1)
		return -1;
	/* The change of ids has cancelled the signal at the parent's death: ask
	 * again. */
	return process_parent(parent, SIGKILL, err);
}

int
main(int argc, char *argv[])
{
	int listener[REPORTER_LISTENERS];
	pid_t parent = getppid();
	struct reporter_job job;
	struct errbuf err;

	if (reporter_job_read(&job, argc, argv) == -1 ||
	    !is_socket(REPORTER_MASTER)) {
		fputs("echod-report is for echod to execute; see echod(8)\n",
		    output_error());
		return EX_USAGE;
	}
	process_name("echod:reporter");
	signals_deaf();
	violation_watch();
	for (unsigned i = 0; i < job.listeners; i++)
		listener[i] = REPORTER_LISTENER + (int)i;
	if (server_open(REPORTER_MASTER, listener, job.listeners, &err) == 0 &&
	    confine(&job, parent, &err) == 0)
		/* Skip the exit handlers of libraries: the filter may forbid
		 * their calls. */
		_exit(server_run());
	fprintf(output_error(), "echod-report: %s\n", err.text);
	_exit(EX_NOPERM);
}
