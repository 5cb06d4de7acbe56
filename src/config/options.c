/* SPDX-License-Identifier: ISC */
#include "config/options.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/errbuf.h"
#include "common/units.h"

enum { READY_FD = 256 }; /* an option that has no letter */

static const char short_options[] = ":c:dFhl:o:p:tTV";
static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "debug", no_argument, NULL, 'd' },
	{ "foreground", no_argument, NULL, 'F' },
	{ "help", no_argument, NULL, 'h' },
	{ "listen", required_argument, NULL, 'l' },
	{ "option", required_argument, NULL, 'o' },
	{ "pid-file", required_argument, NULL, 'p' },
	{ "print", no_argument, NULL, 'T' },
	{ "ready-fd", required_argument, NULL, READY_FD },
	{ "test", no_argument, NULL, 't' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

const char *
options_help(void)
{
	return "usage: echod [-Fd] [-c FILE] [-l ADDRESS[:PORT]]... "
	       "[-o KEY=VALUE]... [-p FILE]\n"
	       "             [--ready-fd N]\n"
	       "       echod -t | -T [-c FILE] [-l ADDRESS[:PORT]]... "
	       "[-o KEY=VALUE]...\n"
	       "       echod -V | -h\n"
	       "\n"
	       "  -c, --config FILE      read FILE instead of " ECHOD_CONF "\n"
	       "  -F, --foreground       stay in the foreground, log to "
	       "standard error,\n"
	       "                         write no pid file unless -p is given\n"
	       "  -d, --debug            like -F, and log at level debug\n"
	       "  -l, --listen ADDRESS[:PORT]\n"
	       "                         listen on ADDRESS instead of the "
	       "setting `listen`\n"
	       "                         (repeatable); '*' or an empty ADDRESS "
	       "is every address\n"
	       "  -o, --option KEY=VALUE override one setting (repeatable), as "
	       "in\n"
	       "                         -o workers.max=1000\n"
	       "  -p, --pid-file FILE    lock FILE and write the process id to "
	       "it\n"
	       "      --ready-fd N       write a newline to descriptor N when "
	       "ready\n"
	       "  -t, --test             check the configuration and exit\n"
	       "  -T, --print            print the effective configuration "
	       "and exit\n"
	       "  -V, --version          print the version and exit\n"
	       "  -h, --help             print this help and exit\n"
	       "\n"
	       "Signals: HUP reloads the configuration, TERM stops gracefully, "
	       "INT and QUIT stop\n"
	       "now, USR1 logs a status report, USR2 upgrades.  See echod(8) "
	       "and\nechod.conf(5).\n";
}

int
options_absolute(const char **path, char buf[PATH_MAX], struct errbuf *err)
{
	char cwd[PATH_MAX];

	if ((*path)[0] == '/')
		return 0;
	if (getcwd(cwd, sizeof(cwd)) == NULL)
		return errbuf_sys(err, "cannot tell the working directory");
	if (snprintf(buf, PATH_MAX, "%s/%s", cwd, *path) >= PATH_MAX)
		return errbuf_set(err, "the path of the file is too long");
	*path = buf;
	return 0;
}

static int
take_option(struct options *opt, int c, const char *arg, struct errbuf *err)
{
	int64_t n;

	switch (c) {
	case 'c':
		opt->file = arg;
		opt->file_given = true;
		break;
	case 'F':
	case 'd':
		opt->foreground = true;
		opt->debug |= c == 'd';
		break;
	case 'l':
		if (opt->listen_count == OPTIONS_MAX)
			return errbuf_set(err, "-l: expected at most %d times",
			    OPTIONS_MAX);
		opt->listen[opt->listen_count++] = arg;
		break;
	case 'o':
		if (strchr(arg, '=') == NULL)
			return errbuf_set(err, "-o %s: expected KEY=VALUE",
			    arg);
		if (opt->override_count >= OPTIONS_MAX)
			return errbuf_set(err, "-o: expected at most %d times",
			    OPTIONS_MAX);
		opt->override[opt->override_count++] = arg;
		break;
	case 'p':
		opt->pid_file = arg;
		return arg[0] == '\0' ?
		    0 :
		    options_absolute(&opt->pid_file, opt->pid_path, err);
	case READY_FD:
		if (units_integer(arg, 3, INT_MAX, &n, err) == -1)
			return errbuf_prefix(err, "--ready-fd %s: ", arg);
		opt->ready_fd = (int)n;
		break;
	case 't':
		opt->action = ACTION_TEST;
		break;
	case 'T':
		opt->action = ACTION_PRINT;
		break;
	case 'V':
		opt->action = ACTION_VERSION;
		break;
	case 'h':
		opt->action = ACTION_HELP;
		break;
	}
	return 0;
}

/* A long option is the whole word; a short one may follow others in it. */
static int
refuse(int c, const char *word, struct errbuf *err)
{
	const char letter[] = { '-', (char)optopt, '\0' };
	bool known = optopt != 0 && strchr(short_options, optopt) != NULL;
	bool is_long = c == '?' ? optopt == 0 : strncmp(word, "--", 2) == 0;
	const char *name = is_long ? word : letter;

	if (c == ':')
		return errbuf_set(err, "%s needs a value", name);
	if (known)
		return errbuf_set(err, "%s takes no value", word);
	return errbuf_set(err, "unknown option %s", name);
}

int
options_read(struct options *opt, int argc, char *argv[], struct errbuf *err)
{
	int c;

	memset(opt, 0, sizeof(*opt));
	opt->file = ECHOD_CONF;
	opterr = 0;
	while ((c = getopt_long(argc, argv, short_options, long_options,
		    NULL)) != -1) {
		if (c == ':' || c == '?')
			return refuse(c, argv[optind - 1], err);
		if (take_option(opt, c, optarg, err) == -1)
			return -1;
	}
	if (optind < argc)
		return errbuf_set(err, "unexpected argument %s", argv[optind]);
	return 0;
}

void
options_argv(const struct options *opt, const char *program, const char *argv[])
{
	unsigned n = 0;

	argv[n++] = program;
	if (opt->file_given) {
		argv[n++] = "-c";
		argv[n++] = opt->file;
	}
	if (opt->foreground)
		argv[n++] = opt->debug ? "-d" : "-F";
	if (opt->pid_file != NULL) {
		argv[n++] = "-p";
		argv[n++] = opt->pid_file;
	}
	for (unsigned i = 0; i < opt->listen_count; i++) {
		argv[n++] = "-l";
		argv[n++] = opt->listen[i];
	}
	for (unsigned i = 0; i < opt->override_count; i++) {
		argv[n++] = "-o";
		argv[n++] = opt->override[i];
	}
	argv[n] = NULL;
}
