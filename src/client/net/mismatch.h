/* SPDX-License-Identifier: ISC */
/*
 * mismatch: the first place where what came back is not what was sent.
 */
#ifndef ECHOC_MISMATCH_H
#define ECHOC_MISMATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/core/document.h"

struct failure;

enum { MISMATCH_BYTES = 16 };

struct mismatch {
	bool found;
	uint64_t offset; /* in the stream; so many bytes before it were equal */
	uint64_t shown;	 /* the offset of the first byte of the two below */
	unsigned char expected[MISMATCH_BYTES], received[MISMATCH_BYTES];
	size_t expected_count, received_count;
};

/*
 * Keep the difference at place `at` of two runs of bytes which begin at
 * `offset` in the stream.  `expected` may be shorter: what is beyond it was
 * never sent.  Only the first is kept.
 */
void mismatch_note(struct mismatch *, uint64_t offset, size_t at,
    const unsigned char *expected, size_t expected_count,
    const unsigned char *received, size_t received_count);

/* Say it in a failure, OUTCOME_MISMATCH.  Returns -1. */
int mismatch_failure(const struct mismatch *, struct failure *);

/* The same as an object of JSON, null when nothing differs. */
json_t *mismatch_object(const struct mismatch *);

#endif
