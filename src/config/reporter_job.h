/* SPDX-License-Identifier: ISC */
/*
 * reporter_job: what echod-report gets from echod: a command line that says
 * which user to become, and descriptors with fixed numbers.
 */
#ifndef ECHOD_REPORTER_JOB_H
#define ECHOD_REPORTER_JOB_H

#include <sys/types.h>

#include "config/config.h"

enum {
	REPORTER_MASTER = 0,   /* standard input: a stream to the master */
	REPORTER_LISTENER = 3, /* and those after it: sockets that listen */
	REPORTER_LISTENERS = CONFIG_METRICS,
	REPORTER_ARGS = 7, /* with the NULL at the end */
	REPORTER_NUMBER = 12,
};

struct reporter_job {
	uid_t uid;
	gid_t gid;
	int sandbox; /* enum sandbox_choice */
	unsigned listeners;
	char chroot[CONFIG_PATH]; /* "": none */
};

/* The command line as text, to which argv points. */
struct reporter_args {
	char number[4][REPORTER_NUMBER];
	const char *argv[REPORTER_ARGS];
};

void reporter_job_write(const struct reporter_job *, struct reporter_args *);

/* The reverse.  -1 if echod has not written this command line. */
int reporter_job_read(struct reporter_job *, int argc, char *const argv[]);

#endif
