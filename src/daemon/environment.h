/* SPDX-License-Identifier: ISC */
/*
 * environment: what whoever started echod has told it: the variables of a
 * service manager and of the echod before this one, and how echod was executed,
 * so that it can execute its successor.
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
	/* Who the descriptors are for, if that is another process, and
	 * listen_fds is 0 then; 0: it is not. */
	pid_t listen_stranger;
	/* How many descriptors the manager stores for the service (FDSTORE);
	 * -1: it does not say, as older ones do not. */
	int64_t store_max;

	/* systemd.exec(5): a folder for a control socket, an absolute path,
	 * the first of several; and where output goes, "DEVICE:INODE". */
	const char *runtime_directory;
	const char *journal_stream;

	/* ECHOD_HANDOVER, from the echod that this one is to succeed. */
	const char *handover;

	/* How this process was executed.  The program has an absolute path; the
	 * last symbolic link in it is not followed, as it may lead to another
	 * version by and by.  The directory is "" if it could not be told. */
	const char *program;
	char *const *argv;
	char directory[PATH_MAX];
	/* The variables at the start, but those that speak of this process by
	 * its pid or its descriptors: LISTEN_*, WATCHDOG_PID, ECHOD_HANDOVER.
	 * There is room for one more before the NULL at the end, which is
	 * successor[successor_count]. */
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
 * has made for us, and not something else that it was replaced by.
 */
bool environment_is_journal(int fd);

/*
 * What a line of a level of syslog(3) begins with on this descriptor: "<3>" and
 * the like for the journal (sd-daemon(3)), "" elsewhere.
 */
const char *environment_prefix(int fd, unsigned level);

#endif
