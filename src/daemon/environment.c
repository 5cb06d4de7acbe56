/* SPDX-License-Identifier: ISC */
#include "daemon/environment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/errbuf.h"
#include "common/units.h"

extern char **environ;

/* The variables that are meant for this process alone. */
static const char *const own[] = { "CREDENTIALS_DIRECTORY", "ECHOD_HANDOVER",
	"FDSTORE", "JOURNAL_STREAM", "LISTEN_FDNAMES", "LISTEN_FDS",
	"LISTEN_PID", "LISTEN_PIDFDID", "NOTIFY_SOCKET", "RUNTIME_DIRECTORY",
	"WATCHDOG_PID", "WATCHDOG_USEC" };

/*
 * The variables that a new echod must not get in an upgrade, as it has another
 * pid.
 */
static const char *const not_for_successor[] = { "ECHOD_HANDOVER=",
	"LISTEN_FDNAMES=", "LISTEN_FDS=", "LISTEN_PID=", "LISTEN_PIDFDID=",
	"WATCHDOG_PID=" };

static struct environment taken = { .store_max = -1 };

static const char *
text(const char *name)
{
	const char *value = getenv(name);

	return value == NULL || value[0] == '\0' ? NULL : value;
}

/* The number in a variable, at least 1; `other` if there is none. */
static int64_t
number(const char *name, int64_t max, int64_t other)
{
	const char *value = text(name);
	struct errbuf why;
	int64_t n;

	return value == NULL || units_integer(value, 1, max, &n, &why) == -1 ?
	    other :
	    n;
}

static void
take_watchdog(struct environment *e)
{
	pid_t pid = getpid();

	/* Without WATCHDOG_PID the watchdog is for any process. */
	if (number("WATCHDOG_PID", INT_MAX, pid) == pid)
		e->watchdog_us = number("WATCHDOG_USEC", INT64_MAX, 0);
}

static void
take_descriptors(struct environment *e)
{
	unsigned count = (unsigned)number("LISTEN_FDS",
	    INT_MAX - ENVIRONMENT_LISTEN_FD, 0);
	pid_t pid = (pid_t)number("LISTEN_PID", INT_MAX, 0);

	if (count == 0 || pid == 0)
		return;
	if (pid != getpid()) {
		e->listen_stranger = pid;
		return;
	}
	e->listen_fds = count;
	e->listen_names = text("LISTEN_FDNAMES");
}

/* Take the first directory, unless its path is relative. */
static void
take_runtime_directory(struct environment *e)
{
	static char first[PATH_MAX];
	const char *value = text("RUNTIME_DIRECTORY");
	size_t n = value != NULL ? strcspn(value, ":") : 0;

	if (n == 0 || n >= sizeof(first) || value[0] != '/')
		return;
	memcpy(first, value, n);
	first[n] = '\0';
	e->runtime_directory = first;
}

static bool
is_this_program(const char *path)
{
	struct stat is, wanted;

	return stat(path, &is) == 0 && stat("/proc/self/exe", &wanted) == 0 &&
	    is.st_dev == wanted.st_dev && is.st_ino == wanted.st_ino;
}

/* Make the directory of a path absolute, and keep the name in it. */
static bool
make_absolute(const char *path, char absolute[PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX], real[PATH_MAX];
	size_t n = slash != NULL ? (size_t)(slash + 1 - path) : 0;

	if (path[0] == '/')
		return snprintf(absolute, PATH_MAX, "%s", path) < PATH_MAX;
	if (snprintf(folder, sizeof(folder), "./%.*s", (int)n, path) >=
		PATH_MAX ||
	    realpath(folder, real) == NULL)
		return false;
	return snprintf(absolute, PATH_MAX, "%s/%s",
		   strcmp(real, "/") == 0 ? "" : real, path + n) < PATH_MAX;
}

/*
 * AT_EXECFN is a pointer to the path that was executed, after a search in PATH.
 * If that path means nothing to a later process (/dev/fd/5), take the one that
 * the kernel tells.
 */
static const char *
find_program(void)
{
	static char path[PATH_MAX];
	/* NOLINTNEXTLINE(performance-no-int-to-ptr) */
	const char *executed = (const char *)getauxval(AT_EXECFN);

	if (executed != NULL && strncmp(executed, "/dev/", 5) != 0 &&
	    strncmp(executed, "/proc/", 6) != 0 &&
	    make_absolute(executed, path) &&
	    (is_this_program(path) || access("/proc/self/exe", F_OK) == -1))
		return path;
	return realpath("/proc/self/exe", path);
}

static bool
is_for_successor(const struct environment *e, const char *variable)
{
	static const char period[] = "WATCHDOG_USEC=";
	const size_t count = sizeof(not_for_successor) / sizeof(char *);

	/* Without a pid beside it, it would watch the successor. */
	if (e->watchdog_us == 0 &&
	    strncmp(variable, period, sizeof(period) - 1) == 0)
		return false;
	for (size_t i = 0; i < count; i++)
		if (strncmp(variable, not_for_successor[i],
			strlen(not_for_successor[i])) == 0)
			return false;
	return true;
}

/* The strings may be kept: unsetenv(3) only removes the pointers to them. */
static int
keep_for_successor(struct environment *e)
{
	size_t count = 0;

	while (environ[count] != NULL)
		count++;
	if ((e->successor = calloc(count + 2, sizeof(char *))) == NULL)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (is_for_successor(e, environ[i]))
			e->successor[e->successor_count++] = environ[i];
	return 0;
}

int
environment_take(char *const argv[])
{
	struct environment *e = &taken;

	free(e->successor);
	*e = (struct environment){ .argv = argv,
		.notify_socket = text("NOTIFY_SOCKET"),
		.journal_stream = text("JOURNAL_STREAM"),
		.handover = text("ECHOD_HANDOVER"),
		.store_max = number("FDSTORE", INT64_MAX, -1),
		.program = find_program() };
	take_watchdog(e);
	take_descriptors(e);
	take_runtime_directory(e);
	if (getcwd(e->directory, sizeof(e->directory)) == NULL)
		e->directory[0] = '\0';
	if (keep_for_successor(e) == -1)
		return -1;
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		(void)unsetenv(own[i]);
	return 0;
}

const struct environment *
environment(void)
{
	return &taken;
}

bool
environment_is_journal(int fd)
{
	const char *journal = taken.journal_stream;
	struct stat st;
	char stream[64];

	if (journal == NULL || fstat(fd, &st) == -1)
		return false;
	snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino);
	return strcmp(stream, journal) == 0;
}

const char *
environment_prefix(int fd, unsigned level)
{
	static const char *const prefixes[] = { "<0>", "<1>", "<2>", "<3>",
		"<4>", "<5>", "<6>", "<7>" };

	return level <= 7 && environment_is_journal(fd) ? prefixes[level] : "";
}
