/* SPDX-License-Identifier: ISC */
/*
 * environment: reads what the process that started echod tells it: the
 * variables of a service manager and of the echod before this one, and how
 * echod was executed, so that it can execute its successor.
 *
 * The variables are meant for this process alone, so they are taken out of the
 * environment before anything is executed.
 */
#ifndef ECHOD_ENVIRONMENT_H
#define ECHOD_ENVIRONMENT_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* The first descriptor that LISTEN_FDS counts (sd_listen_fds(3)). */
enum { ENVIRONMENT_LISTEN_FD = 3 };

/* Texts are NULL when the variable is not there, or empty. */
struct environment {
	/* sd_notify(3): a path, "@" and an abstract name, or another kind. */
	const char *notify_socket;
	/* sd_watchdog_enabled(3): the period; 0: there is no watchdog, or it
	 * watches another process. */
	int64_t watchdog_us;

	/* sd_listen_fds(3): how many descriptors there are for this process,
	 * from ENVIRONMENT_LISTEN_FD on, and their names with ":" between. */
	unsigned listen_fds;
	const char *listen_names;
	/* The pid for which the descriptors are meant, if it is not ours; then
	 * listen_fds is 0.  0: they are ours, or there are none. */
	pid_t listen_stranger;
	/* How many descriptors the service manager stores for the service
	 * (FDSTORE); -1: it does not say, as older versions do not. */
	int64_t store_max;

	/* systemd.exec(5): the first directory of RUNTIME_DIRECTORY, for the
	 * control socket, an absolute path; and the stream to which output
	 * goes, "DEVICE:INODE". */
	const char *runtime_directory;
	const char *journal_stream;

	/* ECHOD_HANDOVER, set by the echod that executes this one in an
	 * upgrade. */
	const char *handover;

	/* How this process was executed.  The program has an absolute path; a
	 * symbolic link as its last part is not followed, for it may lead to
	 * another version at the time of an upgrade.  The directory is "" if it
	 * is unknown. */
	const char *program;
	char *const *argv;
	char directory[PATH_MAX];
	/* The variables at the start, without those that refer to this process
	 * by its pid or its descriptors: LISTEN_*, WATCHDOG_PID,
	 * ECHOD_HANDOVER; and without WATCHDOG_USEC if it is for another
	 * process.  There is room for one more before the NULL at the end,
	 * which is successor[successor_count]. */
	char **successor;
	unsigned successor_count;
};

/*
 * Read all of it, once, before anything is executed and before the working
 * directory is left, and unset the variables.  -1: there is no memory.
 */
int environment_take(char *const argv[]);

/* What has been read. */
const struct environment *environment(void);

/*
 * Whether this descriptor is the stream to the journal that the service manager
 * has made for us; it may have been redirected since.
 */
bool environment_is_journal(int fd);

/*
 * What a line of this level of syslog(3) has to begin with on this descriptor:
 * "<3>" and the like for the journal (sd-daemon(3)), "" elsewhere.
 */
const char *environment_prefix(int fd, unsigned level);

#endif
