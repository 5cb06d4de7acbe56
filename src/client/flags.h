/* SPDX-License-Identifier: ISC */
/*
 * flags: the table of all options of all modes; to add an option, add a row.
 */
#ifndef ECHOC_FLAGS_H
#define ECHOC_FLAGS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "client/options.h"

struct failure;

/* How the value is parsed, and the type of its member. */
enum flag_type {
	FLAG_SET,      /* bool: true */
	FLAG_MORE,     /* unsigned: incremented each time */
	FLAG_CHOICE,   /* int: index of the word in `values`, plus min */
	FLAG_FIXED,    /* int: min */
	FLAG_TEXT,     /* const char * */
	FLAG_EACH,     /* struct list: appended each time */
	FLAG_NUMBER,   /* int64_t, a count: units_count */
	FLAG_SIZE,     /* int64_t, bytes: units_size */
	FLAG_DURATION, /* int64_t, nanoseconds: units_duration */
	FLAG_SIZES,    /* struct sizes */
	FLAG_PERCENT,  /* int64_t, in units of 1/PERCENT percent */
	FLAG_PERCENTILES,
	FLAG_THRESHOLD,
};

struct flag {
	unsigned modes; /* a bit 1 << mode for each mode that has it */
	char letter;	/* 0: no short option */
	const char *name;
	const char *values; /* for the help: "DUR"; NULL: takes no value */
	enum flag_type type;
	size_t field; /* offset in struct options */
	int64_t min, max;
	const char *help; /* NULL: an alias, which is not in the help */
};

/* The row with this index; NULL after the last row. */
const struct flag *flags_row(size_t index);

/* Print the text of `echoc MODE --help`. */
void flags_help(FILE *, enum mode);

/* "ping"; "transcript" for the mode without a name on the command line. */
const char *flags_mode_name(enum mode);

/* The mode with this name; MODE_COUNT if there is none. */
enum mode flags_mode_of(const char *word);

/* getopt_long(3) returns this number plus the row for a long option. */
enum { FLAGS_LONG = 256 };

/*
 * Say what is wrong with an option that getopt_long(3) does not accept: `word`
 * contains it, c is '?' or ':'.  Returns -1 with OUTCOME_USAGE.
 */
int flags_misuse(const struct options *, int c, const char *word,
    struct failure *);

#endif
