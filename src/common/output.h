/* SPDX-License-Identifier: ISC */
/*
 * output: the way out for what a program writes to standard output, standard
 * error and files.  A descriptor may be shared with programs that have made it
 * non-blocking: a write waits then for room, and the flags stay as they are.
 * The only file that knows the standard streams; what goes where is product's.
 */
#ifndef ECHOD_OUTPUT_H
#define ECHOD_OUTPUT_H

#include <stddef.h>
#include <stdio.h>

/*
 * Standard output, by lines on a terminal, and standard error, without a
 * buffer.  They are made by the first call, which no second thread may make.
 */
FILE *output_standard(void);
FILE *output_error(void);

/* A file that is made, or emptied, for output_close.  NULL with errno. */
FILE *output_open(const char *path);

/*
 * Write what is in the buffer.  Returns -1 with errno if that, or any write to
 * the stream before, has failed; errno is that of the first one.
 */
int output_flush(FILE *);

/* The same, and close it; the standard streams stay open. */
int output_close(FILE *);

/*
 * Write all of it, as long as that may take.  Returns -1 with errno.  Any
 * thread may call it.
 */
int output_write(int fd, const void *bytes, size_t n);

#endif
