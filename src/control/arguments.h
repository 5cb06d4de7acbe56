/* SPDX-License-Identifier: ISC */
/*
 * arguments: reads the command line of echodctl; strings belong to argv or are
 * constant.
 */
#ifndef ECHOD_ARGUMENTS_H
#define ECHOD_ARGUMENTS_H

#include <stdbool.h>
#include <stdint.h>

struct errbuf;

/* What to ask, and how the answer is shown. */
enum show {
	SHOW_STATUS,
	SHOW_WORKERS,
	SHOW_LISTENERS,
	SHOW_CONFIG,
	SHOW_METRICS,
	SHOW_VERSION,
	SHOW_OUTCOME, /* one sentence, when the request has ended */
};

struct command {
	const char *name;
	const char *request; /* to the master */
	enum show show;
	const char *help;
};

enum arguments_action { ARGUMENTS_RUN, ARGUMENTS_HELP, ARGUMENTS_VERSION };

struct arguments {
	enum arguments_action action;
	const struct command *command;
	char path[256]; /* of the control socket */
	bool json;
	bool watch;
	int64_t interval_ms; /* between two looks */
	int color;	     /* enum when */
};

/* Read the command line.  -1 with the reason in err if it is wrong. */
int arguments_read(struct arguments *, int argc, char *argv[], struct errbuf *);

/* The text of --help; free(3) it.  NULL: no memory. */
char *arguments_help(void);

#endif
