/* SPDX-License-Identifier: ISC */
/*
 * arguments: the command line of echoc, and the forms of its target: a reason
 * and status 2, or options within their bounds and a host that can be looked up.
 */
#include "fuzz.h"

#include <getopt.h>

#include "client/command_line.h"
#include "client/core/failure.h"
#include "client/flags.h"
#include "client/net/target.h"
#include "client/options.h"

enum { WORDS = 100 };

static void
check_refused(const struct failure *f, const uint8_t *data, size_t size)
{
	MUST(f->outcome == OUTCOME_USAGE);
	check_reason(f->why.text, sizeof(f->why.text), data, size);
}

static void
check_options(const struct options *opt)
{
	const struct flag *flag;

	MUST(opt->mode < MODE_COUNT);
	MUST(opt->words.count <= OPTIONS_LIST);
	MUST(opt->percentiles <= OPTIONS_LIST);
	MUST(opt->thresholds <= OPTIONS_LIST);
	for (size_t i = 0; (flag = flags_row(i)) != NULL; i++) {
		int64_t value;

		if ((flag->modes & 1u << opt->mode) == 0 ||
		    (flag->type != FLAG_NUMBER && flag->type != FLAG_SIZE))
			continue;
		memcpy(&value, (const char *)opt + flag->field, sizeof(value));
		/* 0 may stand for an option that was not given. */
		MUST(value == 0 || (value >= flag->min && value <= flag->max));
	}
}

static void
check_target(const struct options *opt, const uint8_t *data, size_t size)
{
	struct failure f = { 0 };
	struct target t;

	if (target_read(&t, opt, &f) == -1) {
		check_refused(&f, data, size);
		return;
	}
	MUST(memchr(t.host, '\0', sizeof(t.host)) != NULL);
	MUST(t.host[0] != '\0');
	MUST(memchr(t.service, '\0', sizeof(t.service)) != NULL);
	MUST(t.service[0] != '\0');
	for (const char *c = t.host; *c != '\0'; c++)
		MUST(*c > ' ' && *c <= '~');
	MUST(t.port != 0 ||
	    strspn(t.service, "0123456789") != strlen(t.service));
}

/* One word of the command line in each line. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = rest(&(struct bytes){ data, size }), *save;
	char *argv[WORDS + 1] = { "echoc" };
	struct options opt;
	struct failure f = { 0 };
	int argc = 1;

	for (char *word = strtok_r(text, "\n", &save);
	     word != NULL && argc < WORDS; word = strtok_r(NULL, "\n", &save))
		argv[argc++] = word;
	optind = 0;
	if (command_line_read(&opt, argc, argv, &f) == -1) {
		check_refused(&f, data, size);
	} else if (opt.action == ACTION_RUN) {
		check_options(&opt);
		check_target(&opt, data, size);
	}
	free(text);
	return 0;
}
