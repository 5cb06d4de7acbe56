/* SPDX-License-Identifier: ISC */
/*
 * output: writes to standard output, standard error and files.  Another program
 * that shares a descriptor may have made it non-blocking: writes then wait for
 * room and leave the flag alone.  No other file uses the standard streams.
 */
#ifndef ECHOD_OUTPUT_H
#define ECHOD_OUTPUT_H

#include <stddef.h>
#include <stdio.h>

/* Line-buffered on a terminal; unbuffered.  First call: before any thread. */
FILE *output_standard(void);
FILE *output_error(void);

/* Create or truncate a file; end with output_close().  NULL with errno. */
FILE *output_open(const char *path);

/*
 * Flush the buffer.  Returns -1 if this or any earlier write to the stream has
 * failed, with the errno of the first failure.
 */
int output_flush(FILE *);

/* Flush and close the stream; the standard streams stay open. */
int output_close(FILE *);

/*
 * Write all bytes, waiting for room as long as it takes.  Returns -1 with
 * errno.  Thread-safe.
 */
int output_write(int fd, const void *bytes, size_t n);

#endif
