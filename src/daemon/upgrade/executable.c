/* SPDX-License-Identifier: ISC */
#include "daemon/upgrade/executable.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/errbuf.h"
#include "config/trust.h"
#include "daemon/environment.h"
#include "daemon/log/log.h"
#include "daemon/sandbox/descriptors.h"
#include "daemon/upgrade/handover.h"

static int
judge(const char *path, int fd, struct errbuf *err)
{
	struct errbuf warning = { "" };
	struct stat st;

	if (fd == -1 || fstat(fd, &st) == -1)
		return errbuf_sys(err, "%s", path);
	if (!S_ISREG(st.st_mode))
		return errbuf_set(err, "%s is not a regular file", path);
	if (access(path, X_OK) == -1)
		return errbuf_sys(err, "cannot execute %s", path);
	if ((st.st_mode & S_IWOTH) != 0)
		return errbuf_set(err,
		    "%s can be written to by everybody; chmod o-w %s", path,
		    path);
	if (geteuid() == 0 && trust_file(path, fd, &warning, err) == -1)
		return -1;
	if (warning.text[0] != '\0')
		log_warning("the new echod is barely trusted: %s",
		    warning.text);
	return 0;
}

int
executable_check(struct errbuf *err)
{
	const char *path = environment()->program;
	int fd, result;

	if (path == NULL)
		return errbuf_set(err,
		    "it is not known by which path echod was started");
	fd = open(path, O_PATH | O_CLOEXEC);
	result = judge(path, fd, err);
	if (fd != -1)
		close(fd);
	return result;
}

/* The directory in which echod was started may be gone by now. */
static int
return_to_start(void)
{
	const char *directory = environment()->directory;

	if (directory[0] != '\0' && chdir(directory) == 0)
		return 0;
	log_notice("cannot return to the directory in which echod was started, "
		   "the new one starts in /");
	return chdir("/");
}

/* In the child. */
static _Noreturn void
execute(int link)
{
	const struct environment *e = environment();
	int keep[] = { STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO, link };
	static char variable[32];
	struct errbuf err;

	snprintf(variable, sizeof(variable), "ECHOD_HANDOVER=%d", link);
	e->successor[e->successor_count] = variable;
	if (return_to_start() == -1 || fcntl(link, F_SETFD, 0) == -1) {
		errbuf_sys(&err, "cannot prepare the new echod");
	} else {
		descriptors_keep(keep, 4);
		execve(e->program, e->argv, e->successor);
		errbuf_sys(&err, "cannot execute %s", e->program);
	}
	(void)handover_say(link, "failed %d %s", EX_OSERR, err.text);
	_exit(EX_OSERR);
}

pid_t
executable_start(int link)
{
	pid_t pid = fork();

	if (pid == 0)
		execute(link);
	return pid;
}
