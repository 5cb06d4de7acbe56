/* SPDX-License-Identifier: ISC */
/*
 * pattern: the bytes that are sent and have to come back: all streams share a
 * pseudo-random table of prime length, so that a shift, a repeated or swapped
 * block, and the bytes of another connection all differ.
 */
#ifndef ECHOC_PATTERN_H
#define ECHOC_PATTERN_H

#include <stddef.h>
#include <stdint.h>

enum {
	PATTERN_LENGTH = 65521, /* the largest prime below 64 KiB */
	PATTERN_RUN = 65536,	/* bytes that can be read from any position */
};

/* Fill the table: once, and before a thread uses it. */
void pattern_init(uint64_t seed);

/* The position at which a stream begins. */
uint32_t pattern_start(uint64_t stream);

/* PATTERN_RUN bytes from a position on, which is below PATTERN_LENGTH. */
const unsigned char *pattern_at(uint32_t position);

/* The position n bytes later. */
uint32_t pattern_after(uint32_t position, size_t n);

/* The index at which two runs of bytes first differ; n if they are equal. */
size_t pattern_difference(const unsigned char *, const unsigned char *,
    size_t n);

#endif
