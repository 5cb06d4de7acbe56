/* SPDX-License-Identifier: ISC */
/*
 * text: the text of a configuration file, read whole and looked through
 * for what libconfig does not notice itself.
 *
 * libconfig blocks on a FIFO, exits on an included directory, needs minutes
 * for a string of 50 MB and reads 4294967303 as 7 (1.5).  Each of these is
 * refused here, before it sees the text.  Knows no setting.
 */
#ifndef ECHOD_TEXT_H
#define ECHOD_TEXT_H

#include <stddef.h>

struct errbuf;
struct inventory;

enum {
	TEXT_BYTES = 256 * 1024, /* of a file with all it includes */
	TEXT_FILES = 64,
	TEXT_DEPTH = 8, /* libconfig itself allows 10 */
};

/*
 * Read a regular file.  Returns its text, to be freed by the caller, after
 * looking through it and everything it includes, and an inventory of these;
 * NULL with the reason in err, "FILE:LINE: " in front where a line is to blame.
 * errno is ENOENT when the file itself does not exist.
 */
char *text_read(const char *path, struct inventory *, struct errbuf *);

/*
 * The directory that `@include` is relative to: the one the file is in.
 */
void text_directory(const char *path, char *directory, size_t size);

/*
 * Go to that directory, as libconfig 1.5 knows no other way that leaves
 * absolute names alone.  *back is for text_leave(), which goes back, unless
 * that directory is one that we may not enter.  Both return -1 with the reason
 * in err.
 */
int text_enter(const char *path, int *back, struct errbuf *);
int text_leave(int back, struct errbuf *);

/* Where a file is that `path` or one of its includes names. */
void text_path(const char *path, const char *included, char *buf, size_t size);

#endif
