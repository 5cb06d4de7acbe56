/* SPDX-License-Identifier: ISC */
#include "client/net/mismatch.h"

#include <inttypes.h>
#include <string.h>

#include "client/core/failure.h"
#include "client/core/quote.h"

/* So many of the bytes shown are before the difference. */
enum { BEFORE = 4 };

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

void
mismatch_note(struct mismatch *m, uint64_t offset, size_t at,
    const unsigned char *expected, size_t expected_count,
    const unsigned char *received, size_t received_count)
{
	size_t from = at > BEFORE ? at - BEFORE : 0;

	if (m->found)
		return;
	m->found = true;
	m->offset = offset + at;
	m->shown = offset + from;
	if (expected_count > from)
		m->expected_count = least(expected_count - from,
		    MISMATCH_BYTES);
	if (received_count > from)
		m->received_count = least(received_count - from,
		    MISMATCH_BYTES);
	memcpy(m->expected, expected + from, m->expected_count);
	memcpy(m->received, received + from, m->received_count);
}

int
mismatch_failure(const struct mismatch *m, struct failure *f)
{
	char expected[3 * MISMATCH_BYTES], received[3 * MISMATCH_BYTES];

	quote_hex(m->expected, m->expected_count, expected);
	quote_hex(m->received, m->received_count, received);
	if (m->offset - m->shown >= m->expected_count)
		return failure_set(f, OUTCOME_MISMATCH,
		    "echo differs at offset %" PRIu64 ", after %" PRIu64
		    " equal bytes: extra bytes that were not sent; received "
		    "from offset %" PRIu64 " on: %s",
		    m->offset, m->offset, m->shown, received);
	return failure_set(f, OUTCOME_MISMATCH,
	    "echo differs at offset %" PRIu64 ", after %" PRIu64
	    " equal bytes; from offset %" PRIu64
	    " on: expected %s, received %s",
	    m->offset, m->offset, m->shown, expected, received);
}
