/* SPDX-License-Identifier: ISC */
/*
 * text: reads a configuration file and everything it includes, as one text.
 * All files are read before any is parsed, because the loader reads as root and
 * parses without it; and because libconfig blocks on a FIFO, exits on an
 * included directory and needs minutes for a string of 50 MB.
 */
#ifndef ECHOD_TEXT_H
#define ECHOD_TEXT_H

#include <stddef.h>

#include "common/errbuf.h"
#include "loader/inventory.h"

enum {
	TEXT_BYTES = 256 * 1024, /* of a file with everything it includes */
	TEXT_DEPTH = 8,		 /* of includes */
	/* With the two newlines around each included file. */
	TEXT_ROOM = TEXT_BYTES + 2 * CONFIG_FILES + 1,
};

struct text {
	struct inventory files;
	struct errbuf warning; /* of a file that is barely trusted; "": none */
	size_t size;
	char bytes[TEXT_ROOM]; /* ends in a newline and a NUL */
	/* Where each line of the text comes from. */
	unsigned line_count;
	struct text_line {
		unsigned file; /* its index in the inventory */
		unsigned line;
	} lines[TEXT_ROOM];
};

/*
 * Read a regular file, and in the place of each `@include` the file it names,
 * relative to the directory of the first one.  Root takes only files that
 * nobody else can change (trust.h).  Returns -1 with the reason in err,
 * "FILE:LINE: " in front where a line is to blame; errno is ENOENT only when
 * the first file does not exist.
 */
int text_read(struct text *, const char *path, struct errbuf *);

/*
 * The file that a line of the text comes from; *line, from 1 on, becomes the
 * line in that file.
 */
const char *text_place(const struct text *, unsigned *line);

#endif
