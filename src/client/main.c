/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "client/command_line.h"
#include "client/core/destination.h"
#include "client/core/document.h"
#include "client/core/failure.h"
#include "client/core/signals.h"
#include "common/terminal.h"
#include "client/flags.h"
#include "client/modes.h"
#include "client/net/target.h"
#include "client/options.h"
#include "common/output.h"

/* Print what went wrong; it is not about the server if it is a usage error. */
static void
complain(const struct target *t, const struct failure *f)
{
	if (f->outcome == OUTCOME_USAGE)
		fprintf(output_error(), "echoc: %s\n", f->why.text);
	else if (t->port == 0)
		fprintf(output_error(), "echoc: %s port %s: %s\n", t->host,
		    t->service, f->why.text);
	else
		fprintf(output_error(), "echoc: %s port %u: %s\n", t->host,
		    t->port, f->why.text);
}

static mode_run *const modes[MODE_COUNT] = {
	[MODE_TRANSCRIPT] = transcript_run,
	[MODE_SEND] = send_run,
	[MODE_PING] = ping_run,
	[MODE_BENCH] = bench_run,
	[MODE_WAIT] = wait_run,
};

/* Print what is wrong with the command line: as text, as -j may be part of it. */
static int
misused(const struct options *opt, const struct failure *f)
{
	bool word = opt->mode != MODE_TRANSCRIPT;

	fprintf(output_error(), "echoc: %s\nTry 'echoc %s%s--help'.\n",
	    f->why.text, word ? flags_mode_name(opt->mode) : "",
	    word ? " " : "");
	return OUTCOME_USAGE;
}

/*
 * Put something that can be neither read nor written in the place of a standard
 * descriptor that is not open.  Otherwise a socket would get its number, and
 * messages for the user would be sent to the server.
 */
static void
open_standard_descriptors(void)
{
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) == -1 && errno == EBADF)
			(void)open("/", O_PATH);
}

int
main(int argc, char *argv[])
{
	struct options opt;
	struct target target = { 0 };
	struct destination destination;
	struct terminal terminal;
	struct failure f = { 0 }, writing = { 0 };
	int result;

	open_standard_descriptors();
	signals_spare_writes();
	result = command_line_read(&opt, argc, argv, &f);
	document_begin(&opt);
	if (result == -1)
		return misused(&opt, &f);
	if (opt.action == ACTION_HELP)
		flags_help(output_standard(), opt.mode);
	if (opt.action == ACTION_VERSION)
		fputs("echoc " PACKAGE_VERSION "\n", output_standard());
	if (opt.action != ACTION_RUN) {
		if (output_flush(output_standard()) == 0)
			return OUTCOME_OK;
		failure_sys(&f, OUTCOME_USAGE, "standard output");
		fprintf(output_error(), "echoc: %s\n", f.why.text);
		return OUTCOME_USAGE;
	}
	if (target_read(&target, &opt, &f) == -1)
		return misused(&opt, &f);
	if (destination_open(&destination, &opt, &f) == -1) {
		complain(&target, &f);
		return OUTCOME_USAGE;
	}
	terminal_look(&terminal, opt.color);
	if (signals_open(opt.mode == MODE_PING, &f) == 0)
		modes[opt.mode](&target, &opt, &destination, &terminal, &f);
	/* One line is enough; a wrong echo is worse than a full disk. */
	if (destination_close(&destination, &writing) == -1 &&
	    f.outcome != OUTCOME_MISMATCH && f.outcome != OUTCOME_USAGE)
		f = writing;
	if (f.outcome != OUTCOME_OK)
		complain(&target, &f);
	return (int)f.outcome;
}
