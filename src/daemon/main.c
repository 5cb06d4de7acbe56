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

static void
complain(const char *text)
{
	fprintf(output_error(), "%sechod: %s\n",
	    environment_prefix(STDERR_FILENO, LEVEL_ERR), text);
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
 * Close all descriptors but those that are meant for us: by a service manager,
 * and by --ready-fd.  -1 if that one is not there.
 */
static int
close_others(const struct options *opt)
{
	int keep[DESCRIPTORS_KEEP] = { 0, 1, 2 };
	unsigned n = 3, passed = environment()->listen_fds;

	if (opt->ready_fd != 0)
		keep[n++] = opt->ready_fd;
	for (unsigned i = 0; i < passed && n < DESCRIPTORS_KEEP; i++)
		keep[n++] = ENVIRONMENT_LISTEN_FD + (int)i;
	descriptors_keep(keep, n);
	return opt->ready_fd == 0 ? 0 :
				    fcntl(opt->ready_fd, F_SETFD, FD_CLOEXEC);
}

/* Returns an exit status: output that was lost is an error. */
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

/* And what matters to whoever has to know what this build can do. */
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
	    /* Without a dynamic linker its address is 0 (getauxval(3)). */
	    getauxval(AT_BASE) == 0 ? "yes" : "no");
}

/* -t and -T: the load is that of a start. */
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

static int
run(struct options *opt, const struct listener_set *adopted)
{
	static struct master master;
	static char path[PATH_MAX];
	int status, notify = -1;

	if (!opt->foreground &&
	    (options_absolute(&opt->file, path, &master.err) == -1 ||
		(notify = daemonize_start(&master.err)) == -1)) {
		complain(master.err.text);
		return EX_OSERR;
	}
	process_name("echod:master");
	status = master_run(&master, opt, adopted, notify);
	/* The start has failed: tell the process that waits for it. */
	if (master.notify != -1 && status == EX_OK)
		(void)daemonize_report(master.notify, EX_OSERR,
		    "told to stop before it was ready");
	else if (master.notify != -1)
		(void)daemonize_report(master.notify, status, master.err.text);
	else if (master.err.text[0] != '\0')
		complain(master.err.text);
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
	if (options_read(&opt, argc, argv, &err) == -1) {
		complain(err.text);
		complain("try echod -h");
		return EX_USAGE;
	}
	/* Who takes over from another echod does not tell of a start. */
	if (environment()->handover != NULL)
		opt.ready_fd = 0;
	if (close_others(&opt) == -1) {
		errbuf_sys(&err, "--ready-fd %d", opt.ready_fd);
		complain(err.text);
		return EX_USAGE;
	}
	/* Before the background, where its pid would be another. */
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
