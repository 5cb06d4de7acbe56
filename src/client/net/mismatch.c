/* SPDX-License-Identifier: ISC */
#include "client/net/mismatch.h"

#include <inttypes.h>
#include <string.h>

#include "client/core/failure.h"

/* The number of equal bytes that are shown before the difference. */
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

/* "54 68 69 73": n bytes in hex; text has 3 * n bytes. */
static void
hex(const unsigned char *bytes, size_t n, char text[3 * MISMATCH_BYTES])
{
	static const char digits[] = "0123456789abcdef";

	text[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			*text++ = ' ';
		*text++ = digits[bytes[i] >> 4];
		*text++ = digits[bytes[i] & 15];
		*text = '\0';
	}
}

int
mismatch_failure(const struct mismatch *m, struct failure *f)
{
	char expected[3 * MISMATCH_BYTES], received[3 * MISMATCH_BYTES];

	hex(m->expected, m->expected_count, expected);
	hex(m->received, m->received_count, received);
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

json_t *
mismatch_object(const struct mismatch *m)
{
	char expected[3 * MISMATCH_BYTES], received[3 * MISMATCH_BYTES];
	json_t *object;

	if (!m->found)
		return json_null();
	hex(m->expected, m->expected_count, expected);
	hex(m->received, m->received_count, received);
	object = json_object();
	document_set(object, "offset_bytes",
	    json_integer((json_int_t)m->offset));
	document_set(object, "shown_from_bytes",
	    json_integer((json_int_t)m->shown));
	document_set(object, "expected_hex", json_string(expected));
	document_set(object, "received_hex", json_string(received));
	return object;
}
