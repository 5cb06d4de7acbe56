/* SPDX-License-Identifier: ISC */
/*
 * pattern: the bytes that are sent, and that must come back.
 *
 * One table of pseudo-random bytes for everybody, of prime length: the byte at
 * offset o of stream s is table[(start(s) + o) mod length].  A shift by any
 * buffer size, a repeated or swapped block, and another connection's bytes
 * all differ.  Nothing is copied: senders and verifiers point into the table.
 */
#ifndef ECHOC_PATTERN_H
#define ECHOC_PATTERN_H

#include <stddef.h>
#include <stdint.h>

enum {
	PATTERN_LENGTH = 65521, /* the largest prime below 64 KiB */
	PATTERN_RUN = 65536,	/* bytes that follow one another anywhere */
};

/* Fill the table.  Before any thread uses it, and once. */
void pattern_init(uint64_t seed);

/* Where the stream of that number begins. */
uint32_t pattern_start(uint64_t stream);

/* PATTERN_RUN bytes from a position on; positions are below PATTERN_LENGTH. */
const unsigned char *pattern_at(uint32_t position);

/* The position n bytes later. */
uint32_t pattern_after(uint32_t position, size_t n);

/* Where two runs of bytes differ first; n when they do not. */
size_t pattern_difference(const unsigned char *, const unsigned char *,
    size_t n);

#endif
