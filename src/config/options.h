/* SPDX-License-Identifier: ISC */
/*
 * options: the command line of echod.  Values are interpreted by the loader,
 * which gets the same options at the start and at each reload.
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
	const char *loader;   /* the path of echod-load; set by main() */
	const char *reporter; /* and that of echod-report */
	const char *file;     /* the configuration file */
	bool file_given;      /* by -c: it must exist */
	bool foreground;      /* -F or -d */
	bool debug;	      /* -d */
	const char *pid_file; /* -p, absolute or ""; NULL: not given */
	char pid_path[PATH_MAX];
	int ready_fd; /* --ready-fd; 0: not given */
	unsigned listen_count;
	const char *listen[OPTIONS_MAX]; /* -l */
	unsigned override_count;
	const char *override[OPTIONS_MAX]; /* -o KEY=VALUE */
};

/* Read the command line; -1 with the reason in err. */
int options_read(struct options *, int argc, char *argv[], struct errbuf *);

/*
 * Make a path absolute, in buf, because a daemon changes its directory; -1 with
 * the reason in err.
 */
int options_absolute(const char **path, char buf[PATH_MAX], struct errbuf *);

enum { OPTIONS_ARGV = 8 + 4 * OPTIONS_MAX };

/*
 * The reverse: make a command line, without the action and --ready-fd.  argv
 * has room for OPTIONS_ARGV strings, which are those of the options.
 */
void options_argv(const struct options *, const char *program,
    const char *argv[]);

/* The text of -h. */
const char *options_help(void);

#endif
