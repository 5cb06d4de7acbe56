/* SPDX-License-Identifier: ISC */
/*
 * mismatch: the first difference between what was sent and what came back.
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
	uint64_t
	    offset;	/* in the stream: the number of equal bytes before it */
	uint64_t shown; /* the offset of expected[0] and received[0] */
	unsigned char expected[MISMATCH_BYTES], received[MISMATCH_BYTES];
	size_t expected_count, received_count;
};

/*
 * Keep the difference at index `at` of two runs of bytes that begin at `offset`
 * in the stream, if it is the first one.  `expected` is shorter than `received`
 * if more came back than was sent.
 */
void mismatch_note(struct mismatch *, uint64_t offset, size_t at,
    const unsigned char *expected, size_t expected_count,
    const unsigned char *received, size_t received_count);

/* Describe the difference in a failure, OUTCOME_MISMATCH.  Returns -1. */
int mismatch_failure(const struct mismatch *, struct failure *);

/* The difference as an object of JSON; null if there is none. */
json_t *mismatch_object(const struct mismatch *);

#endif
