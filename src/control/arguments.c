/* SPDX-License-Identifier: ISC */
#include "control/arguments.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/errbuf.h"
#include "common/spell.h"
#include "common/terminal.h"
#include "common/units.h"

enum { NO_COLOR_OPTION = 256 };

static const struct command commands[] = {
	{ "status", "status", SHOW_STATUS, "the service at a glance" },
	{ "workers", "workers", SHOW_WORKERS, "each worker and its client" },
	{ "listeners", "listeners", SHOW_LISTENERS,
	    "each listener and its queue" },
	{ "config", "config", SHOW_CONFIG, "the configuration in force" },
	{ "metrics", "status", SHOW_METRICS, "all numbers, for Prometheus" },
	{ "version", "version", SHOW_VERSION, "the version of echod" },
	{ "reload", "reload", SHOW_OUTCOME, "read the configuration again" },
	{ "upgrade", "upgrade", SHOW_OUTCOME, "replace the program" },
	{ "drain", "drain", SHOW_OUTCOME, "stop when the clients are done" },
	{ "stop", "stop", SHOW_OUTCOME, "stop now" },
};

static const struct option longs[] = {
	{ "color", no_argument, NULL, NO_COLOR_OPTION + 1 },
	{ "help", no_argument, NULL, 'h' },
	{ "json", no_argument, NULL, 'j' },
	{ "no-color", no_argument, NULL, NO_COLOR_OPTION },
	{ "socket", required_argument, NULL, 's' },
	{ "version", no_argument, NULL, 'V' },
	{ "watch", optional_argument, NULL, 'w' },
	{ NULL, 0, NULL, 0 },
};

static int
find_command(struct arguments *opt, const char *word, struct errbuf *err)
{
	const struct command *near = NULL;
	unsigned edits, least = 3;

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		edits = spell_distance(word, commands[i].name);
		if (edits >= least)
			continue;
		near = &commands[i];
		least = edits;
	}
	if (near == NULL || least > 0)
		return errbuf_set(err, "%.40s is no command%s%s%s", word,
		    near != NULL ? ", did you mean " : "",
		    near != NULL ? near->name : "", near != NULL ? "?" : "");
	opt->command = near;
	return 0;
}

/* Find the default path of the socket (see -s in echodctl(8)). */
static void
find_socket(struct arguments *opt)
{
	const char *directory = getenv("RUNTIME_DIRECTORY");

	if (directory != NULL && directory[0] == '/')
		snprintf(opt->path, sizeof(opt->path), "%.*s/control",
		    (int)strcspn(directory, ":"), directory);
	else
		snprintf(opt->path, sizeof(opt->path), "%s", ECHOD_CONTROL);
}

static int
take_socket(struct arguments *opt, const char *path, struct errbuf *err)
{
	if (path[0] == '\0' || strlen(path) >= sizeof(opt->path))
		return errbuf_set(err, "-s: this is no path of a socket");
	snprintf(opt->path, sizeof(opt->path), "%s", path);
	return 0;
}

/*
 * Take the word after -w as the interval if it is a number, as no command is
 * one.
 */
static int
take_interval(struct arguments *opt, char *argv[], struct errbuf *err)
{
	const char *text = optarg;

	opt->watch = true;
	if (text == NULL && argv[optind] != NULL && argv[optind][0] >= '0' &&
	    argv[optind][0] <= '9')
		text = argv[optind++];
	if (text == NULL)
		return 0;
	if (units_seconds(text, 100, 86400000, &opt->interval_ms, err) == 0)
		return 0;
	return errbuf_prefix(err, "-w: ");
}

static int
take_option(struct arguments *opt, int c, char *argv[], struct errbuf *err)
{
	switch (c) {
	case 'h':
		opt->action = ARGUMENTS_HELP;
		return 0;
	case 'j':
		opt->json = true;
		return 0;
	case 's':
		return take_socket(opt, optarg, err);
	case 'V':
		opt->action = ARGUMENTS_VERSION;
		return 0;
	case 'w':
		return take_interval(opt, argv, err);
	case NO_COLOR_OPTION:
		opt->color = WHEN_NEVER;
		return 0;
	case NO_COLOR_OPTION + 1:
		opt->color = WHEN_ALWAYS;
		return 0;
	case ':':
		return errbuf_set(err, "%s requires a value", argv[optind - 1]);
	default:
		return errbuf_set(err, "unknown option %s", argv[optind - 1]);
	}
}

static int
check(const struct arguments *opt, struct errbuf *err)
{
	if (opt->command == NULL)
		return errbuf_set(err, "a command is missing");
	if (opt->json && opt->command->show == SHOW_METRICS)
		return errbuf_set(err, "metrics are no JSON: use status -j");
	if (opt->watch && opt->command->show == SHOW_OUTCOME)
		return errbuf_set(err,
		    "-w goes with a command that changes "
		    "nothing");
	return 0;
}

int
arguments_read(struct arguments *opt, int argc, char *argv[],
    struct errbuf *err)
{
	int c;

	*opt = (struct arguments){ .interval_ms = 1000, .color = WHEN_AUTO };
	find_socket(opt);
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":hjs:Vw::", longs, NULL)) != -1)
		if (take_option(opt, c, argv, err) == -1)
			return -1;
	if (opt->action != ARGUMENTS_RUN)
		return 0;
	if (argc - optind > 1)
		return errbuf_set(err, "unexpected argument %.40s",
		    argv[optind + 1]);
	if (optind < argc && find_command(opt, argv[optind], err) == -1)
		return -1;
	return check(opt, err);
}

char *
arguments_help(void)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	if (out == NULL)
		return NULL;
	fputs("Usage: echodctl [OPTION]... COMMAND\n"
	      "Ask a running echod, or tell it what to do.\n\nCommands:\n",
	    out);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(out, "  %-10s %s\n", commands[i].name,
		    commands[i].help);
	fprintf(out,
	    "\nOptions:\n"
	    "  -j, --json               print JSON\n"
	    "  -s, --socket PATH        the control socket of echod\n"
	    "                           (default: %s)\n"
	    "  -w, --watch[=SECONDS]    look again and again (default: 1)\n"
	    "      --color, --no-color  with colours, without (default: on a\n"
	    "                           terminal, unless NO_COLOR is set)\n"
	    "  -h, --help               print this text\n"
	    "  -V, --version            print the version of echodctl\n",
	    ECHOD_CONTROL);
	return fclose(out) == 0 ? text : NULL;
}
