/* SPDX-License-Identifier: ISC */
/*
 * product: where the result goes: text for people, a document or records for
 * programs, on stdout or in a file.  The only file that opens files to write
 * and that knows what -j, --format and -o mean together.
 */
#ifndef ECHOC_PRODUCT_H
#define ECHOC_PRODUCT_H

#include <stdio.h>

#include "client/options.h"

struct failure;

struct product {
	FILE *text;	    /* NULL: not wanted */
	FILE *data;	    /* JSON or CSV; NULL: not wanted */
	FILE *story;	    /* stderr, if what was asked for goes there */
	enum format format; /* of data */
	const char *path;   /* of data, for what fails */
};

/* Returns -1 with OUTCOME_USAGE when a file cannot be written. */
int product_open(struct product *, const struct options *, struct failure *);

/*
 * Print to the text, if it is wanted.  What cannot be written is found by
 * product_flush.
 */
void product_text(struct product *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* After each record.  Returns -1 with OUTCOME_USAGE if it cannot be written. */
int product_flush(struct product *, struct failure *);

/* Flush and close. */
int product_close(struct product *, struct failure *);

/* Another file of ours; both ends report as above. */
FILE *product_file_open(const char *path, struct failure *);
int product_file_close(FILE *, const char *path, struct failure *);

#endif
