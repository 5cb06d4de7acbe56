/* SPDX-License-Identifier: ISC */
#include "client/net/pattern.h"

#include <string.h>

#include "client/core/random.h"

/*
 * The distance between the starts of consecutive streams.  As the length is
 * prime, so many streams have different starts; as this is the golden section
 * of the length, streams with close numbers start far apart.
 */
#define STREAM_STEP 40493u

/* The table is repeated for a run beyond its end, so that no run wraps. */
static unsigned char table[PATTERN_LENGTH + PATTERN_RUN];

void
pattern_init(uint64_t seed)
{
	uint64_t bits = 0;

	/* Byte by byte, so that a seed gives the same bytes on every machine. */
	for (size_t i = 0; i < PATTERN_LENGTH; i++) {
		bits = i % sizeof(bits) == 0 ? random_next(&seed) : bits >> 8;
		table[i] = (unsigned char)(bits & 0xff);
	}
	for (size_t i = PATTERN_LENGTH; i < sizeof(table); i++)
		table[i] = table[i - PATTERN_LENGTH];
}

uint32_t
pattern_start(uint64_t stream)
{
	return (
	    uint32_t)(stream % PATTERN_LENGTH * STREAM_STEP % PATTERN_LENGTH);
}

const unsigned char *
pattern_at(uint32_t position)
{
	return table + position;
}

uint32_t
pattern_after(uint32_t position, size_t n)
{
	return (uint32_t)((position + n % PATTERN_LENGTH) % PATTERN_LENGTH);
}

size_t
pattern_difference(const unsigned char *a, const unsigned char *b, size_t n)
{
	size_t i = 0;

	/* memcmp(3) is far faster than a loop, and mostly all that is needed. */
	if (n == 0 || memcmp(a, b, n) == 0)
		return n;
	while (i < n && a[i] == b[i])
		i++;
	return i;
}
