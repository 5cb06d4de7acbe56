/* SPDX-License-Identifier: ISC */
/*
 * buffer: a text that grows as far as there is room.  After a part that did not
 * fit, nothing more is added.
 */
#ifndef ECHOD_BUFFER_H
#define ECHOD_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer {
	char *text; /* ends with NUL, unless there is no room at all */
	size_t room;
	size_t n;  /* bytes before the NUL */
	bool full; /* something did not fit */
};

void buffer_begin(struct buffer *, char *text, size_t room);

void buffer_put(struct buffer *, const char *bytes, size_t n);
void buffer_text(struct buffer *, const char *);
void buffer_number(struct buffer *, uint64_t);

/* Add a time in seconds, "0.250"; so many `units` of `time` are a second. */
void buffer_seconds(struct buffer *, uint64_t time, unsigned units);

/*
 * Remove everything after the first n bytes; the buffer is not full any more.
 */
void buffer_cut(struct buffer *, size_t n);

#endif
