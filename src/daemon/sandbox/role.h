/* SPDX-License-Identifier: ISC */
/*
 * role: the kinds of confined processes, each with a list of system calls and
 * limits of its own; and the descriptors that these lists name.
 */
#ifndef ECHOD_ROLE_H
#define ECHOD_ROLE_H

enum role { ROLE_WORKER, ROLE_LOGGER, ROLE_REPORTER, ROLES };

/* Several roles, as bits of a number. */
#define ROLE_BIT(role) (1u << (role))

/* Descriptors that the lists of calls name; each role uses its own. */
struct role_descriptors {
	/* For workers and the logger. */
	int log_writer;
	int log_reader;
	int wake; /* write end of the pipe that wakes the master */
	/* For the reporter: numbers from `connections` on are those of
	 * connections. */
	int master;
	int connections;
};

#endif
