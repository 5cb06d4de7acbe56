/* SPDX-License-Identifier: ISC */
/*
 * overrides: the command line of echod, with what -l and -o KEY=VALUE mean: a
 * reason, or a configuration whose values are within their bounds; and the
 * options that the loader is given mean the same as those of echod.
 */
#include "fuzz.h"

#include <getopt.h>
#include <sysexits.h>

#include "common/errbuf.h"
#include "config/check.h"
#include "config/config.h"
#include "config/options.h"
#include "config/settings.h"
#include "loader/load.h"
#include "loader/origin.h"
#include "loader/text.h"

enum { WORDS = 200 };

static void
check_same(const struct options *a, const struct options *b)
{
	MUST(a->foreground == b->foreground && a->debug == b->debug);
	MUST(a->file_given == b->file_given && strcmp(a->file, b->file) == 0);
	MUST((a->pid_file != NULL) == (b->pid_file != NULL));
	MUST(a->pid_file == NULL || strcmp(a->pid_file, b->pid_file) == 0);
	MUST(a->listen_count == b->listen_count);
	for (unsigned i = 0; i < a->listen_count; i++)
		MUST(strcmp(a->listen[i], b->listen[i]) == 0);
	MUST(a->override_count == b->override_count);
	for (unsigned i = 0; i < a->override_count; i++)
		MUST(strcmp(a->override[i], b->override[i]) == 0);
}

/* As if the name services were asked, and knew one address. */
static void
check_values(struct config *config)
{
	config->address_count = 1;
	addr_wildcard(&config->addresses[0].addr, AF_INET, 0);
	MUST(check_config(config));
}

/* One word of the command line in each line. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct text nothing;
	static struct config config;
	static struct origin origins[SETTINGS_MAX];
	static const struct config_found before;
	char *text = rest(&(struct bytes){ data, size }), *save;
	char *argv[WORDS + 1] = { "echod" };
	const char *given[OPTIONS_ARGV];
	struct options opt, again;
	struct errbuf err = { "" };
	int argc = 1, status;

	for (char *word = strtok_r(text, "\n", &save);
	     word != NULL && argc < WORDS; word = strtok_r(NULL, "\n", &save))
		argv[argc++] = word;
	/* 0 begins again, also in the middle of a word. */
	optind = 0;
	if (options_read(&opt, argc, argv, &err) == -1) {
		check_reason(err.text, sizeof(err.text), data, size);
		free(text);
		return 0;
	}
	options_argv(&opt, "echod", given);
	for (argc = 0; given[argc] != NULL; argc++)
		continue;
	optind = 0;
	MUST(options_read(&again, argc, (char **)given, &err) == 0);
	check_same(&opt, &again);
	status = load_config(&config, &nothing, &opt, &before, origins, &err);
	if (status == EX_OK)
		check_values(&config);
	else
		check_reason(err.text, sizeof(err.text), data, size);
	free(text);
	return 0;
}
