/* SPDX-License-Identifier: ISC */
#include "daemon/master/daemonize.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/errbuf.h"
#include "common/output.h"
#include "daemon/environment.h"
#include "daemon/log/log.h"
#include "daemon/signals.h"

struct report {
	int status;
	struct errbuf text;
};

static void
complain(const char *text)
{
	fprintf(output_error(), "%sechod: %s\n",
	    environment_prefix(STDERR_FILENO, LEVEL_ERR), text);
}

/* The process that was started: wait for the report, print it, exit. */
static _Noreturn void
parent(int fd)
{
	struct report report;
	ssize_t n;

	signals_default();
	while ((n = read(fd, &report, sizeof(report))) == -1 && errno == EINTR)
		;
	if (n != (ssize_t)sizeof(report)) {
		complain("the daemon ended before it was ready");
		exit(EX_OSERR);
	}
	if (report.text.text[0] != '\0')
		complain(report.text.text);
	exit(report.status);
}

int
daemonize_start(struct errbuf *err)
{
	int fd[2];
	pid_t pid;

	if (pipe2(fd, O_CLOEXEC) == -1)
		return errbuf_sys(err, "cannot make a pipe");
	if ((pid = fork()) == -1) {
		errbuf_sys(err, "cannot fork into the background");
		close(fd[0]);
		close(fd[1]);
		return -1;
	}
	if (pid > 0) {
		close(fd[1]);
		parent(fd[0]);
	}
	close(fd[0]);
	(void)setsid();
	umask(022);
	if (chdir("/") == -1) {
		(void)daemonize_report(fd[1], EX_OSERR, strerror(errno));
		exit(EX_OSERR);
	}
	return fd[1];
}

int
daemonize_report(int fd, int status, const char *text)
{
	struct report report = { .status = status };
	ssize_t n;

	if (text != NULL)
		errbuf_set(&report.text, "%s", text);
	/* It is shorter than PIPE_BUF, so write(2) takes all of it or
	 * nothing. */
	n = write(fd, &report, sizeof(report));
	close(fd);
	return n == (ssize_t)sizeof(report) ? 0 : -1;
}

void
daemonize_detach(int keep_stderr)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null == -1)
		return;
	(void)dup2(null, STDIN_FILENO);
	(void)dup2(null, STDOUT_FILENO);
	if (!keep_stderr)
		(void)dup2(null, STDERR_FILENO);
	if (null > STDERR_FILENO)
		close(null);
}
