/* SPDX-License-Identifier: ISC */
/*
 * flags: the one table of all options in all modes: their names, bounds, help
 * and where their value goes.  To add an option, add its row.
 */
#ifndef ECHOC_FLAGS_H
#define ECHOC_FLAGS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "client/options.h"

/* How the value is read, and the type of the field. */
enum flag_type {
	FLAG_SET,      /* bool: true */
	FLAG_MORE,     /* unsigned: one more each time */
	FLAG_CHOICE,   /* int: which word of `values`, counted from min */
	FLAG_FIXED,    /* int: min */
	FLAG_TEXT,     /* const char * */
	FLAG_EACH,     /* struct list: one more item */
	FLAG_NUMBER,   /* int64_t, a count: units_count */
	FLAG_SIZE,     /* int64_t, bytes: units_size */
	FLAG_DURATION, /* int64_t, nanoseconds: units_duration */
	FLAG_SIZES,    /* struct sizes */
	FLAG_PERCENT,  /* int64_t, in units of 1/PERCENT percent */
	FLAG_PERCENTILES,
	FLAG_THRESHOLD,
};

struct flag {
	unsigned modes; /* a bit 1 << mode for each that has it */
	char letter;	/* 0: it has none */
	const char *name;
	const char *values; /* of help, "DUR"; NULL: it takes none */
	enum flag_type type;
	size_t field; /* offset in struct options */
	int64_t min, max;
	const char *help; /* NULL: another name for the row before */
};

/* The row with that index, NULL after the last. */
const struct flag *flags_row(size_t index);

/* Print what `echoc MODE --help` says. */
void flags_help(FILE *, enum mode);

#endif
