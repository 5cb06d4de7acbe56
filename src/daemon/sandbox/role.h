/* SPDX-License-Identifier: ISC */
/*
 * role: the kinds of process that are confined, each with a list of system calls
 * and limits of its own, and the descriptors that these name.
 */
#ifndef ECHOD_ROLE_H
#define ECHOD_ROLE_H

enum role { ROLE_WORKER, ROLE_LOGGER, ROLES };

/* Fixed for the life of echod. */
struct role_descriptors {
	int log_writer;
	int log_reader;
	int wake; /* write end of the pipe that wakes the master */
};

#endif
