/* SPDX-License-Identifier: ISC */
/*
 * buffer: a text that grows as far as there is room.  After something has not
 * fitted, nothing more is taken.
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

/* A time as seconds: "0.250", of which so many units are one: 1000, 1000000. */
void buffer_seconds(struct buffer *, uint64_t time, unsigned units);

/* Forget what came after the first n bytes, and that it did not fit. */
void buffer_cut(struct buffer *, size_t n);

#endif
