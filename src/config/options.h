/* SPDX-License-Identifier: ISC */
/*
 * options: the command line, as it was given.  What its values mean is for
 * the loader to find out, so that a reload judges them like a start.
 */
#ifndef ECHOD_OPTIONS_H
#define ECHOD_OPTIONS_H

#include <limits.h>
#include <stdbool.h>

struct errbuf;

enum { OPTIONS_MAX = 64 }; /* of -l and of -o each */

enum options_action {
	ACTION_RUN,
	ACTION_TEST,	/* -t */
	ACTION_PRINT,	/* -T */
	ACTION_VERSION, /* -V */
	ACTION_HELP,	/* -h */
};

/* Strings point into argv, are constant, or are in the struct. */
struct options {
	enum options_action action;
	const char *file; /* the configuration file */
	bool file_given;  /* by -c: it must exist */
	bool foreground;
	unsigned listen_count;
	const char *listen[OPTIONS_MAX]; /* -l */
	unsigned override_count;
	const char *override[OPTIONS_MAX + 4]; /* -o KEY=VALUE, and what
						 * -F, -d and -p stand for */
	char pid_file[PATH_MAX + 16];	       /* "pid_file=PATH", from -p */
};

/* Read the command line; -1 with the reason in err. */
int options_read(struct options *, int argc, char *argv[], struct errbuf *);

/* The text of -h. */
const char *options_help(void);

#endif
