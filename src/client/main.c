/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "client/bench.h"
#include "client/document.h"
#include "client/failure.h"
#include "client/flags.h"
#include "client/interrupt.h"
#include "client/options.h"
#include "client/ping.h"
#include "client/product.h"
#include "client/send.h"
#include "client/target.h"
#include "client/terminal.h"
#include "client/transcript.h"
#include "client/wait.h"

/* Whether -j is anywhere in a command line that could not be read. */
static bool
wants_json(const struct options *opt, int argc, char *argv[])
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "-j") == 0 ||
		    strcmp(argv[i], "--json") == 0)
			return true;
	return opt->json || opt->format == FORMAT_JSON;
}

/* The one line that says what went wrong; a file of ours has no port. */
static void
complain(const struct target *t, const struct failure *f)
{
	if (f->outcome == OUTCOME_USAGE)
		fprintf(stderr, "echoc: %s\n", f->why.text);
	else if (t->port == 0)
		fprintf(stderr, "echoc: %s port %s: %s\n", t->host, t->service,
		    f->why.text);
	else
		fprintf(stderr, "echoc: %s port %u: %s\n", t->host, t->port,
		    f->why.text);
}

static int
run_mode(struct target *t, const struct options *opt, struct product *p,
    struct failure *f)
{
	struct terminal terminal;

	terminal_look(&terminal, opt);
	switch (opt->mode) {
	case MODE_SEND:
		return send_run(t, opt, p, &terminal, f);
	case MODE_WAIT:
		return wait_run(t, opt, p, f);
	case MODE_PING:
		return ping_run(t, opt, p, &terminal, f);
	case MODE_BENCH:
		return bench_run(t, opt, p, &terminal, f);
	case MODE_TRANSCRIPT:
	case MODE_COUNT:
		break;
	}
	return transcript_run(t, opt, p, &terminal, f);
}

/* A command line that is wrong: the reason, a hint, and -j its document. */
static int
misused(const struct options *opt, int argc, char *argv[], struct failure *f)
{
	const char *mode = opt->mode != MODE_TRANSCRIPT ?
	    options_mode_name(opt->mode) :
	    NULL;
	json_t *object;

	fprintf(stderr, "echoc: %s\nTry 'echoc %s%s--help'.\n", f->why.text,
	    mode != NULL ? mode : "", mode != NULL ? " " : "");
	if (wants_json(opt, argc, argv)) {
		object = document_new(opt, NULL);
		document_outcome(object, f);
		document_write(object, stdout, false, f);
	}
	return OUTCOME_USAGE;
}

int
main(int argc, char *argv[])
{
	struct options opt;
	struct target target = { 0 };
	struct product product;
	struct failure f = { 0 };

	if (options_read(&opt, argc, argv, &f) == -1)
		return misused(&opt, argc, argv, &f);
	if (opt.action == ACTION_HELP)
		flags_help(stdout, opt.mode);
	if (opt.action == ACTION_VERSION)
		puts("echoc " PACKAGE_VERSION);
	if (opt.action != ACTION_RUN)
		return fflush(stdout) == EOF ? OUTCOME_USAGE : OUTCOME_OK;
	if (target_read(&target, &opt, &f) == -1 ||
	    product_open(&product, &opt, &f) == -1)
		return misused(&opt, argc, argv, &f);
	if (interrupt_open(opt.mode == MODE_PING, &f) == 0)
		run_mode(&target, &opt, &product, &f);
	if (f.outcome != OUTCOME_OK)
		complain(&target, &f);
	if (product_close(&product, &f) == -1) {
		complain(&target, &f);
		return OUTCOME_USAGE;
	}
	return (int)f.outcome;
}
