/* SPDX-License-Identifier: ISC */
#include "client/command_line.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "client/core/failure.h"
#include "client/flags.h"
#include "client/options.h"
#include "common/clock.h"
#include "common/units.h"

enum { ROWS = 80 };

/* The options of a mode in the form that getopt_long(3) requires. */
struct spelling {
	char shorts[3 * ROWS];
	struct option longs[ROWS + 1];
};

static void
spell(struct spelling *s, enum mode mode)
{
	const struct flag *row;
	size_t letters = 0, words = 0;

	/* +: stop at each word; ":": return ':' for a missing value. */
	s->shorts[letters++] = '+';
	s->shorts[letters++] = ':';
	memset(s->longs, 0, sizeof(s->longs));
	for (size_t i = 0; (row = flags_row(i)) != NULL; i++) {
		if ((row->modes & (1u << mode)) == 0)
			continue;
		if (row->letter != 0) {
			s->shorts[letters++] = row->letter;
			if (row->values != NULL)
				s->shorts[letters++] = ':';
		}
		if (words < ROWS)
			s->longs[words++] = (struct option){ row->name,
				row->values != NULL ? required_argument :
						      no_argument,
				NULL, FLAGS_LONG + (int)i };
	}
	s->shorts[letters] = '\0';
}

static const struct flag *
found(enum mode mode, int c)
{
	const struct flag *row;

	if (c >= FLAGS_LONG)
		return flags_row((size_t)(c - FLAGS_LONG));
	for (size_t i = 0; (row = flags_row(i)) != NULL; i++)
		if (row->letter == c && (row->modes & (1u << mode)) != 0)
			return row;
	return NULL;
}

static int
read_percentiles(struct options *opt, const char *text, struct errbuf *err)
{
	char item[16];

	opt->percentiles = 0;
	for (;;) {
		size_t n = strcspn(text, ",");

		if (opt->percentiles == OPTIONS_LIST)
			return errbuf_set(err,
			    "expected at most %d percentiles", OPTIONS_LIST);
		snprintf(item, sizeof(item), "%.*s", (int)n, text);
		if (n >= sizeof(item) ||
		    threshold_percentile(item,
			&opt->percentile[opt->percentiles], err) == -1)
			return n < sizeof(item) ?
			    -1 :
			    errbuf_set(err, "\"%.*s\" is not a percentile",
				(int)n, text);
		opt->percentiles++;
		if (text[n] == '\0')
			return 0;
		text += n + 1;
	}
}

static int
read_choice(const struct flag *row, const char *text, int *value,
    struct errbuf *err)
{
	const char *word = row->values;
	int n = (int)row->min;

	for (;; n++) {
		size_t length = strcspn(word, "|");

		if (strlen(text) == length &&
		    strncmp(text, word, length) == 0) {
			*value = n;
			return 0;
		}
		if (word[length] == '\0')
			return errbuf_set(err, "\"%s\" is not one of %s", text,
			    row->values);
		word += length + 1;
	}
}

static int
read_each(struct list *list, const char *text, struct errbuf *err)
{
	if (list->count == OPTIONS_LIST)
		return errbuf_set(err, "expected at most %d times",
		    OPTIONS_LIST);
	list->item[list->count++] = text;
	return 0;
}

static int
read_value(struct options *opt, const struct flag *row, const char *text,
    struct errbuf *err)
{
	void *field = (char *)opt + row->field;

	switch (row->type) {
	case FLAG_SET:
		*(bool *)field = true;
		return 0;
	case FLAG_MORE:
		++*(unsigned *)field;
		return 0;
	case FLAG_FIXED:
		*(int *)field = (int)row->min;
		return 0;
	case FLAG_CHOICE:
		return read_choice(row, text, field, err);
	case FLAG_TEXT:
		*(const char **)field = text;
		return text[0] != '\0' || row->letter == 'm' ?
		    0 :
		    errbuf_set(err, "the value is empty");
	case FLAG_EACH:
		return read_each(field, text, err);
	case FLAG_NUMBER:
		return units_count(text, row->min, row->max, field, err);
	case FLAG_SIZE:
		return units_size(text, row->min, row->max, field, err);
	case FLAG_DURATION:
		return units_duration(text, row->min, row->max, field, err);
	case FLAG_SIZES:
		return sizes_read(field, text, err);
	case FLAG_PERCENT:
		return threshold_share(text, 100, field, err);
	case FLAG_PERCENTILES:
		return read_percentiles(opt, text, err);
	case FLAG_THRESHOLD:
		if (opt->thresholds == OPTIONS_LIST)
			return errbuf_set(err, "expected at most %d times",
			    OPTIONS_LIST);
		return threshold_read(&opt->fail_if[opt->thresholds++], text,
		    err);
	}
	return 0;
}

static void
set_defaults(struct options *opt)
{
	memset(opt, 0, sizeof(*opt));
	opt->eyeballs_ns = 250 * CLOCK_MS;
	opt->timeout_ns = 5 * CLOCK_SECOND;
	opt->chunk = 16;
	opt->size = 56;
	opt->connections = 50;
	opt->duration_ns = 10 * CLOCK_SECOND;
	opt->sizes.size[0] = 64;
	opt->sizes.count = 1;
	opt->pipeline = 1;
	opt->warmup_ns = -1;
	opt->connect_concurrency = 256;
	opt->seed = 1;
	read_percentiles(opt, "50,75,90,95,99,99.9,99.99",
	    &(struct errbuf){ 0 });
}

static void
set_mode(struct options *opt, enum mode mode)
{
	opt->mode = mode;
	opt->interval_ns = mode == MODE_WAIT ? 100 * CLOCK_MS : CLOCK_SECOND;
	opt->deadline_ns = mode == MODE_WAIT ? 30 * CLOCK_SECOND : 0;
}

static bool
is_dash(const char *path)
{
	return path != NULL && strcmp(path, "-") == 0;
}

static int
check_thresholds(const struct options *opt, struct failure *f)
{
	bool ping = opt->mode == MODE_PING;

	for (unsigned i = 0; i < opt->thresholds; i++) {
		const struct threshold *t = &opt->fail_if[i];

		if (ping && t->metric == METRIC_RATE)
			return failure_set(f, OUTCOME_USAGE,
			    "--fail-if %s: ping has no rate but that of -i",
			    t->text);
		if (ping && t->metric == METRIC_CONNECT_PERCENTILE &&
		    !opt->fresh)
			return failure_set(f, OUTCOME_USAGE,
			    "--fail-if %s requires --reconnect", t->text);
		if (t->of_request && opt->rate == 0)
			return failure_set(f, OUTCOME_USAGE,
			    "--fail-if %s requires -R", t->text);
	}
	return 0;
}

static int
check(const struct options *opt, struct failure *f)
{
	const struct {
		bool broken;
		const char *why;
	} rules[] = {
		{ opt->only_v4 && opt->only_v6,
		    "-4 and -6 cannot be combined" },
		{ opt->message != NULL && opt->file != NULL,
		    "-m and -f cannot be combined" },
		{ opt->mode == MODE_WAIT && opt->message != NULL &&
			opt->message[0] == '\0',
		    "-m: expected a message that is not empty" },
		{ opt->escape && opt->message == NULL, "-e requires -m" },
		{ opt->json && opt->format == FORMAT_CSV,
		    "-j and --format csv cannot be combined" },
		{ opt->mode != MODE_BENCH && opt->interfaces.count > 1,
		    "-I can be given only once in this mode" },
		{ is_dash(opt->hdr) || is_dash(opt->log) || is_dash(opt->plot),
		    "--hdr, --log and --plot require a file name, not -" },
		{ opt->rate > 0 && opt->pipeline > 1,
		    "-P (closed loop) and -R (open loop) cannot be combined" },
	};

	if (opt->words.count > 2)
		return failure_set(f, OUTCOME_USAGE, "unexpected argument %s",
		    opt->words.item[2]);
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].broken)
			return failure_set(f, OUTCOME_USAGE, "%s",
			    rules[i].why);
	return check_thresholds(opt, f);
}

/* Take the next word that is not an option: a mode, the host or the port. */
static int
take_word(struct options *opt, struct spelling *s, const char *word,
    bool may_be_mode, unsigned for_modes, struct failure *f)
{
	enum mode mode = may_be_mode ? flags_mode_of(word) : MODE_COUNT;

	if (mode != MODE_COUNT) {
		set_mode(opt, mode);
		spell(s, mode);
		return (for_modes & (1u << mode)) != 0 ?
		    0 :
		    failure_set(f, OUTCOME_USAGE,
			"an option given before \"%s\" is not valid in "
			"that mode",
			word);
	}
	if (read_each(&opt->words, word, &f->why) == -1)
		return failure_set(f, OUTCOME_USAGE, "unexpected argument %s",
		    word);
	return 0;
}

int
command_line_read(struct options *opt, int argc, char *argv[],
    struct failure *f)
{
	struct spelling s;
	struct errbuf err;
	const struct flag *row;
	bool first = true, literal = false;
	unsigned for_modes = ~0u; /* the modes that have all options so far */
	int c, before;

	set_defaults(opt);
	opt->argc = argc;
	opt->argv = argv;
	set_mode(opt, MODE_TRANSCRIPT);
	spell(&s, MODE_TRANSCRIPT);
	opterr = 0;
	optind = 0; /* glibc: start from the beginning */
	for (;;) {
		before = optind > 0 ? optind : 1;
		c = literal ? -1 :
			      getopt_long(argc, argv, s.shorts, s.longs, NULL);
		if (c == -1 && optind >= argc)
			break;
		if (c == -1) {
			/* After "--" a word is never a mode or an option. */
			literal |= strcmp(argv[before], "--") == 0;
			if (take_word(opt, &s, argv[optind++],
				first && !literal, for_modes, f) == -1)
				return -1;
			first = false;
			if (optind >= argc)
				break;
			continue;
		}
		row = found(opt->mode, c);
		if (row == NULL) /* c is ':' or '?' */
			return flags_misuse(opt, c, argv[optind - 1], f);
		for_modes &= row->modes;
		if (read_value(opt, row, optarg, &err) == -1)
			return failure_set(f, OUTCOME_USAGE, "%s%.*s: %s",
			    c < FLAGS_LONG ? "-" : "--",
			    c < FLAGS_LONG ? 1 : 99,
			    c < FLAGS_LONG ? &row->letter : row->name,
			    err.text);
	}
	if (opt->json_stream)
		opt->json = true;
	return opt->action != ACTION_RUN ? 0 : check(opt, f);
}
