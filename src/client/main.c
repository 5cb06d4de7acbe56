/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
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
#include "common/output.h"

/* Whether -j is among letters behind one dash, and no value of another. */
static bool
has_letter_j(const char *word)
{
	const struct flag *row;

	if (word[0] != '-' || word[1] == '-')
		return false;
	for (const char *c = word + 1; *c != '\0'; c++) {
		if (*c == 'j')
			return true;
		for (size_t i = 0; (row = flags_row(i)) != NULL; i++)
			if (row->letter == *c && row->values != NULL)
				return false;
	}
	return false;
}

/* Whether JSON was asked for in a command line that could not be read. */
static bool
wants_json(const struct options *opt, int argc, char *argv[])
{
	static const char *const words[] = { "--json", "--json-stream",
		"--format=json", "json" };

	for (int i = 1; i < argc; i++) {
		if (has_letter_j(argv[i]))
			return true;
		for (size_t n = 0; n < sizeof(words) / sizeof(words[0]); n++)
			if (strcmp(argv[i], words[n]) == 0)
				return true;
	}
	return opt->json || opt->format == FORMAT_JSON;
}

/* The one line that says what went wrong; a file of ours has no port. */
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

/* Nothing was begun: the reason, and for -j its document. */
static int
refuse(const struct options *opt, int argc, char *argv[], struct failure *f)
{
	const struct product out = { .data = output_standard(),
		.path = "standard output" };
	bool stream = opt->mode == MODE_PING || opt->json_stream;
	json_t *object;

	fprintf(output_error(), "echoc: %s\n", f->why.text);
	if (wants_json(opt, argc, argv)) {
		object = document_new(opt, NULL);
		/* What ends a stream of objects has a type. */
		if (opt->mode == MODE_PING || opt->mode == MODE_BENCH)
			json_object_set_new(object, "type",
			    json_string(
				opt->mode == MODE_PING ? "summary" : "result"));
		document_outcome(object, f);
		document_write(object, &out,
		    stream ? DOCUMENT_LINE : DOCUMENT_MEMBERS, f);
	}
	return OUTCOME_USAGE;
}

static int
misused(const struct options *opt, int argc, char *argv[], struct failure *f)
{
	bool word = opt->mode != MODE_TRANSCRIPT;

	refuse(opt, argc, argv, f);
	fprintf(output_error(), "Try 'echoc %s%s--help'.\n",
	    word ? options_mode_name(opt->mode) : "", word ? " " : "");
	return OUTCOME_USAGE;
}

/*
 * Who was started without a standard descriptor would give its number to a
 * socket, and write to the server what is for the user.  Whoever
 * uses what stands in for it is told that it is not open, all the same.
 */
static void
open_standard_descriptors(void)
{
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) == -1 && errno == EBADF)
			open("/", O_PATH);
}

int
main(int argc, char *argv[])
{
	struct options opt;
	struct target target = { 0 };
	struct product product;
	struct failure f = { 0 }, writing = { 0 };
	int result;

	open_standard_descriptors();
	interrupt_spare_writes();
	result = options_read(&opt, argc, argv, &f);
	document_begin(&opt);
	if (result == -1)
		return misused(&opt, argc, argv, &f);
	if (opt.action == ACTION_HELP)
		flags_help(output_standard(), opt.mode);
	if (opt.action == ACTION_VERSION)
		fputs("echoc " PACKAGE_VERSION "\n", output_standard());
	if (opt.action != ACTION_RUN) {
		if (output_flush(output_standard()) == 0)
			return OUTCOME_OK;
		failure_sys(&f, OUTCOME_USAGE, "standard output");
		return refuse(&opt, argc, argv, &f);
	}
	if (target_read(&target, &opt, &f) == -1)
		return misused(&opt, argc, argv, &f);
	if (product_open(&product, &opt, &f) == -1)
		return refuse(&opt, argc, argv, &f);
	if (interrupt_open(opt.mode == MODE_PING, &f) == 0)
		run_mode(&target, &opt, &product, &f);
	/* A wrong echo is worse than a full disk, and one line is enough. */
	if (product_close(&product, &writing) == -1 &&
	    f.outcome != OUTCOME_MISMATCH && f.outcome != OUTCOME_USAGE)
		f = writing;
	if (f.outcome != OUTCOME_OK)
		complain(&target, &f);
	return (int)f.outcome;
}
