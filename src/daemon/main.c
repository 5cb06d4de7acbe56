/* SPDX-License-Identifier: ISC */
/*
 * echod: reads the command line; checks or prints the configuration, or goes to
 * the background and runs the master; and returns the exit status.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/errbuf.h"
#include "common/output.h"
#include "common/units.h"
#include "config/config.h"
#include "config/dump.h"
#include "config/options.h"
#include "daemon/environment.h"
#include "daemon/listen/inherited.h"
#include "daemon/listen/listener.h"
#include "daemon/log/log.h"
#include "daemon/master/daemonize.h"
#include "daemon/master/loader.h"
#include "daemon/master/master.h"
#include "daemon/program.h"
#include "daemon/sandbox/descriptors.h"
#include "daemon/sandbox/filter.h"
#include "daemon/sandbox/process.h"
#include "daemon/sandbox/sandbox.h"
#include "daemon/signals.h"
#include "daemon/upgrade/predecessor.h"

static void
complain(const char *text)
{
	fprintf(output_error(), "%sechod: %s\n",
	    environment_prefix(STDERR_FILENO, LEVEL_ERR), text);
}

/* The descriptor by which an old master hands over; -1: this is no upgrade. */
static int
handover_link(void)
{
	const char *text = environment()->handover;
	struct errbuf why;
	int64_t fd;

	return text != NULL &&
		units_integer(text, STDERR_FILENO + 1, INT_MAX, &fd, &why) ==
		    0 ?
	    (int)fd :
	    -1;
}

/*
 * Open the standard descriptors that are closed, so that no socket gets their
 * numbers, to which libraries write.  Standard output is opened for reading, so
 * that -T fails instead of losing its output.
 */
static void
open_standard(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) == -1)
			(void)open("/dev/null",
			    fd == STDOUT_FILENO ? O_RDONLY : O_RDWR);
}

/*
 * Close all descriptors but those that a service manager has passed and that of
 * --ready-fd.  -1 if the latter is not open.
 */
static int
close_others(const struct options *opt)
{
	int keep[DESCRIPTORS_KEEP] = { 0, 1, 2 };
	unsigned n = 3, passed = environment()->listen_fds;
	int link = handover_link();

	if (opt->ready_fd != 0)
		keep[n++] = opt->ready_fd;
	for (unsigned i = 0; i < passed && n < DESCRIPTORS_KEEP; i++)
		keep[n++] = ENVIRONMENT_LISTEN_FD + (int)i;
	if (link != -1 && n < DESCRIPTORS_KEEP)
		keep[n++] = link;
	descriptors_keep(keep, n);
	return opt->ready_fd == 0 ? 0 :
				    fcntl(opt->ready_fd, F_SETFD, FD_CLOEXEC);
}

/*
 * Flush standard output.  Returns an exit status, for lost output is an error.
 */
static int
flush(void)
{
	struct errbuf err;

	if (output_flush(output_standard()) == 0)
		return EX_OK;
	errbuf_sys(&err, "standard output");
	complain(err.text);
	return EX_IOERR;
}

/* Print the version, and what this build can do. */
static void
print_version(FILE *out)
{
	fprintf(out, "%s\nseccomp: %s\nlibmicrohttpd: %s\nstatic: %s\n",
	    PACKAGE_STRING, filter_is_built_in() ? "yes" : "no",
#ifdef HAVE_MICROHTTPD
	    "yes",
#else
	    "no",
#endif
	    /* AT_BASE, the address of the dynamic linker, is 0 if there is
	     * none. */
	    getauxval(AT_BASE) == 0 ? "yes" : "no");
}

/* For -t and -T: load the configuration as a start does. */
static int
check(const struct options *opt, const struct listener_set *adopted)
{
	FILE *out = output_standard();
	struct errbuf err;
	struct message *load;
	int status;

	/* Ctrl-C ends this like any other command. */
	signals_default();
	load = loader_run(opt, &err);
	if (load == NULL) {
		complain(err.text);
		return EX_OSERR;
	}
	if (load->warning.text[0] != '\0')
		fprintf(output_error(), "%sechod: warning: %s\n",
		    environment_prefix(STDERR_FILENO, LEVEL_WARNING),
		    load->warning.text);
	if (load->status == EX_OK &&
	    sandbox_available(load->config.sandbox, &load->err) == -1)
		load->status = EX_NOPERM;
	if ((status = load->status) != EX_OK)
		complain(load->err.text);
	else if (opt->action == ACTION_PRINT) {
		dump_config(&load->config, out);
		inherited_print(adopted, &load->config, out);
	} else if (opt->file_given || access(opt->file, F_OK) == 0)
		fprintf(out, "%s: ok\n", opt->file);
	else
		fprintf(out,
		    "%s does not exist, the built-in defaults are ok\n",
		    opt->file);
	free(load);
	return status == EX_OK ? flush() : status;
}

/* The master before this one, if this is an upgrade. */
static struct predecessor predecessor;

/*
 * The start has failed.  In an upgrade the old master is told, which logs the
 * reason; otherwise it goes to standard error.
 */
static int
fail(int status, const char *why)
{
	if (predecessor_waits(&predecessor))
		predecessor_fail(&predecessor, status, why);
	else if (why[0] != '\0')
		complain(why);
	return status;
}

/* Sets the descriptor for daemonize_report().  -1 with the reason in err. */
static int
go_to_background(struct options *opt, int *notify, struct errbuf *err)
{
	static char path[PATH_MAX];

	if (options_absolute(&opt->file, path, err) == -1)
		return -1;
	/* In an upgrade this is the child of a master, and in the background if
	 * that is. */
	if (predecessor_waits(&predecessor))
		return chdir("/") == 0 ? 0 : errbuf_sys(err, "/");
	*notify = daemonize_start(err);
	return *notify == -1 ? -1 : 0;
}

static int
run(struct options *opt, const struct listener_set *adopted)
{
	static struct master master;
	const char *why = master.err.text;
	int status, notify = -1;

	if (!opt->foreground &&
	    go_to_background(opt, &notify, &master.err) == -1)
		return fail(EX_OSERR, why);
	process_name("echod:master");
	/* In an upgrade all listeners come from the old master. */
	if (predecessor_waits(&predecessor))
		adopted = &predecessor.gave.listeners;
	status = master_run(&master, opt, adopted, &predecessor, notify);
	/* The parent, the service manager or the old master is told of a
	 * failure. */
	if (status == EX_OK)
		why = "told to stop before it was ready";
	if (master.notify != -1)
		(void)daemonize_report(master.notify,
		    status == EX_OK ? EX_OSERR : status, why);
	else if (status != EX_OK || predecessor_waits(&predecessor))
		(void)fail(status, why);
	return status;
}

int
main(int argc, char *argv[])
{
	/* Too large for a small stack. */
	static struct listener_set adopted;
	struct options opt;
	struct errbuf err;

	signals_block();
	if (environment_take(argv) == -1) {
		complain("there is no memory to copy the environment");
		return EX_OSERR;
	}
	open_standard();
	predecessor_begin(&predecessor, handover_link());
	if (options_read(&opt, argc, argv, &err) == -1) {
		(void)fail(EX_USAGE, err.text);
		complain("try echod -h");
		return EX_USAGE;
	}
	/* In an upgrade nobody waits for the start to be reported. */
	if (environment()->handover != NULL)
		opt.ready_fd = 0;
	if (close_others(&opt) == -1) {
		errbuf_sys(&err, "--ready-fd %d", opt.ready_fd);
		complain(err.text);
		return EX_USAGE;
	}
	if (predecessor_take(&predecessor, &err) == -1)
		return fail(EX_OSERR, err.text);
	/* This comes before the fork into the background, as LISTEN_PID is our
	 * pid now. */
	if (inherited_take(&adopted, &err) == -1) {
		complain(err.text);
		return EX_UNAVAILABLE;
	}
	opt.loader = program_find(PROGRAM_LOADER);
	opt.reporter = program_find(PROGRAM_REPORTER);
	switch (opt.action) {
	case ACTION_HELP:
		fputs(options_help(), output_standard());
		return flush();
	case ACTION_VERSION:
		print_version(output_standard());
		return flush();
	case ACTION_TEST:
	case ACTION_PRINT:
		return check(&opt, &adopted);
	default:
		return run(&opt, &adopted);
	}
}
