/* SPDX-License-Identifier: ISC */
#include "client/misuse.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "client/core/failure.h"
#include "client/flags.h"

/* List the options that an ambiguous one could be: "--a, --b or --c". */
static void
list_candidates(enum mode mode, const char *name, char *buf, size_t size)
{
	size_t n = strcspn(name, "="), used = 0;
	const struct flag *row = flags_row(0);
	const char *last = NULL;

	buf[0] = '\0';
	for (size_t i = 0; row != NULL; i++) {
		row = flags_row(i);
		if (row != NULL &&
		    ((row->modes & (1u << mode)) == 0 ||
			strncmp(row->name, name, n) != 0))
			continue;
		if (last != NULL && used < size)
			used += (size_t)snprintf(buf + used, size - used,
			    "%s--%s",
			    used == 0	    ? "" :
				row != NULL ? ", " :
					      " or ",
			    last);
		last = row != NULL ? row->name : NULL;
	}
}

/* Whether a mode has the option, given as "-c" or the beginning of "--count". */
static bool
has_option(enum mode mode, const char *name)
{
	size_t n = strcspn(name, "=");
	const struct flag *row;

	for (size_t i = 0; (row = flags_row(i)) != NULL; i++)
		if ((row->modes & (1u << mode)) != 0 &&
		    (name[1] == '-' ? strncmp(row->name, name + 2, n - 2) == 0 :
				      row->letter == name[1]))
			return true;
	return false;
}

/*
 * If it stands before the name of a mode that has it, say where it must stand.
 */
static int
refuse_unknown(const struct options *opt, const char *name, struct failure *f)
{
	enum mode mode = MODE_COUNT;

	for (int i = optind; opt->mode == MODE_TRANSCRIPT && i < opt->argc &&
	     mode == MODE_COUNT;
	     i++)
		mode = flags_mode_of(opt->argv[i]);
	if (mode != MODE_COUNT && has_option(mode, name))
		return failure_set(f, OUTCOME_USAGE,
		    "%s: options of %s must come after the word \"%s\"", name,
		    flags_mode_name(mode), flags_mode_name(mode));
	return failure_set(f, OUTCOME_USAGE, "unknown option %s", name);
}

/*
 * A long option is the whole word.  A short one may be among others in a word;
 * getopt_long(3) leaves it in optopt, which is 0 for an unknown long option.
 */
int
misuse_option(const struct options *opt, int c, const char *word,
    struct failure *f)
{
	const char letter[] = { '-', (char)optopt, '\0' };
	bool is_long = (optopt == 0 || optopt >= FLAGS_LONG) &&
	    strncmp(word, "--", 2) == 0;
	const char *name = is_long ? word : letter;
	char list[400];

	if (c == ':')
		return failure_set(f, OUTCOME_USAGE, "%s needs a value", name);
	if (is_long && optopt >= FLAGS_LONG)
		return failure_set(f, OUTCOME_USAGE, "%s takes no value", word);
	if (is_long) {
		list_candidates(opt->mode, word + 2, list, sizeof(list));
		if (list[0] != '\0')
			return failure_set(f, OUTCOME_USAGE,
			    "%s is ambiguous: it could be %s", word, list);
	}
	return refuse_unknown(opt, name, f);
}
