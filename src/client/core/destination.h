/* SPDX-License-Identifier: ISC */
/*
 * destination: where the result of a run goes: text, and JSON or CSV, by -j,
 * --format and -o.  Only here files are opened for writing.
 */
#ifndef ECHOC_DESTINATION_H
#define ECHOC_DESTINATION_H

#include <stdio.h>

#include "client/options.h"

struct failure;

struct destination {
	FILE *text;  /* NULL: not wanted */
	FILE *data;  /* JSON or CSV; NULL: not wanted */
	FILE *error; /* standard error, if text goes there that was asked for */
	enum format format; /* of data */
	const char *path;   /* of data, for error messages */
};

/* Check all files and open that of -o.  Returns -1 with OUTCOME_USAGE. */
int destination_open(struct destination *, const struct options *,
    struct failure *);

/* Call this after each record: it finds what could not be written.  Returns -1 with OUTCOME_USAGE. */
int destination_flush(struct destination *, struct failure *);

/* Flush and close all of it.  Returns -1 with OUTCOME_USAGE. */
int destination_close(struct destination *, struct failure *);

/* Open and close another file for writing; errors are OUTCOME_USAGE. */
FILE *destination_file_open(const char *path, struct failure *);
int destination_file_close(FILE *, const char *path, struct failure *);

#endif
