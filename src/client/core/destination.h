/* SPDX-License-Identifier: ISC */
/*
 * destination: where the result goes: text for people, a document or records for
 * programs, on stdout or in a file.  The only file that opens files to write
 * and that knows what -j, --format and -o mean together.
 */
#ifndef ECHOC_DESTINATION_H
#define ECHOC_DESTINATION_H

#include <stdio.h>

#include "client/options.h"

struct failure;

struct destination {
	FILE *text;	    /* NULL: not wanted */
	FILE *data;	    /* JSON or CSV; NULL: not wanted */
	FILE *story;	    /* stderr, if what was asked for goes there */
	enum format format; /* of data */
	const char *path;   /* of data, for what fails */
};

/* Returns -1 with OUTCOME_USAGE when a file cannot be written. */
int destination_open(struct destination *, const struct options *,
    struct failure *);

/*
 * Print to the text, if it is wanted.  What cannot be written is found by
 * destination_flush.
 */
void destination_text(struct destination *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* After each record.  Returns -1 with OUTCOME_USAGE if it cannot be written. */
int destination_flush(struct destination *, struct failure *);

/* Flush and close. */
int destination_close(struct destination *, struct failure *);

/* Another file of ours; both ends report as above. */
FILE *destination_file_open(const char *path, struct failure *);
int destination_file_close(FILE *, const char *path, struct failure *);

#endif
