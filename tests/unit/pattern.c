/* SPDX-License-Identifier: ISC */
/* pattern: every kind of damage to the bytes on their way is a difference. */
#include "check.h"

#include <inttypes.h>

#include "client/net/pattern.h"

/* Each test begins with the same table. */
static int
fill(void **state)
{
	(void)state;
	pattern_init(1);
	return 0;
}

static void
same_seed_same_bytes(void **state)
{
	/* The first number of splitmix64 for 0, its low byte first. */
	static const unsigned char zero[] = { 0xaf, 0xcd, 0x1d, 0x7b, 0x39,
		0xa8, 0x20, 0xe2 };
	static unsigned char first[PATTERN_RUN];

	(void)state;
	memcpy(first, pattern_at(0), sizeof(first));
	pattern_init(2);
	assert_memory_not_equal(pattern_at(0), first, 64);
	pattern_init(0);
	assert_memory_not_equal(pattern_at(0), first, 64);
	assert_memory_equal(pattern_at(0), zero, sizeof(zero));
	pattern_init(1);
	assert_memory_equal(pattern_at(0), first, sizeof(first));
}

static void
bytes_are_spread_evenly(void **state)
{
	unsigned seen[256] = { 0 };

	(void)state;
	for (uint32_t i = 0; i < PATTERN_LENGTH; i++)
		seen[*pattern_at(i)]++;
	/* 256 of each, give or take five deviations. */
	for (unsigned i = 0; i < COUNT(seen); i++)
		CHECK(seen[i] > 176 && seen[i] < 336, "%u: %u", i, seen[i]);
}

/* A run goes on where the table ends as it does at its beginning. */
static void
runs_wrap(void **state)
{
	(void)state;
	for (uint32_t start = 0; start < PATTERN_LENGTH; start += 97) {
		const unsigned char *run = pattern_at(start);

		for (uint32_t i = 0; i < PATTERN_RUN; i += 31)
			CHECK(run[i] == *pattern_at(pattern_after(start, i)),
			    "%" PRIu32 " + %" PRIu32, start, i);
	}
	assert_int_equal(pattern_at(PATTERN_LENGTH - 1)[PATTERN_RUN - 1],
	    *pattern_at(PATTERN_RUN - PATTERN_LENGTH - 2));
}

static void
positions(void **state)
{
	static const struct {
		uint32_t position;
		size_t n;
		uint32_t after;
	} rows[] = {
		{ 0, 0, 0 },
		{ 0, 1, 1 },
		{ 65520, 0, 65520 },
		{ 65520, 1, 0 },
		{ 65520, 65521, 65520 },
		{ 65520, 65536, 14 },
		{ 0, 65536, 15 },
		{ 7, (size_t)65521 * 1000000 + 3, 10 },
		{ 65520, SIZE_MAX,
		    (uint32_t)((65520 + SIZE_MAX % 65521) % 65521) },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint32_t after = pattern_after(rows[i].position, rows[i].n);

		CHECK(after == rows[i].after, "%zu: %" PRIu32, i, after);
	}
}

static void
every_stream_starts_elsewhere(void **state)
{
	static bool taken[PATTERN_LENGTH];

	(void)state;
	for (uint64_t stream = 0; stream < PATTERN_LENGTH; stream++) {
		uint32_t start = pattern_start(stream);

		CHECK(start < PATTERN_LENGTH && !taken[start],
		    "%" PRIu64 ": %" PRIu32, stream, start);
		taken[start] = true;
	}
	assert_true(pattern_start(UINT64_MAX) < PATTERN_LENGTH);
	/* Neighbours are no small distance, nor a buffer's size, apart. */
	for (uint64_t d = 1; d <= 64; d++) {
		uint32_t start = pattern_start(d);

		CHECK(start > 256 && start < PATTERN_LENGTH - 256,
		    "%" PRIu64 ": %" PRIu32, d, start);
		CHECK((start & (start - 1)) != 0, "%" PRIu64, d);
	}
}

/* Bytes in another place, or of another stream, soon differ. */
static void
shifts_are_seen(void **state)
{
	(void)state;
	for (uint32_t shift = 1; shift < PATTERN_LENGTH; shift++)
		for (uint32_t at = 0; at < PATTERN_LENGTH; at += 8191) {
			size_t i = pattern_difference(pattern_at(at),
			    pattern_at(pattern_after(at, shift)), 64);

			CHECK(i < 8, "%" PRIu32 " by %" PRIu32 ": %zu", at,
			    shift, i);
		}
}

static void
first_difference(void **state)
{
	static unsigned char copy[PATTERN_RUN];
	static const size_t places[] = { 0, 1, 7, 8, 9, 4095, 4096, 65534,
		65535 };
	const unsigned char *run = pattern_at(12345);

	(void)state;
	memcpy(copy, run, sizeof(copy));
	assert_int_equal(pattern_difference(run, copy, sizeof(copy)),
	    sizeof(copy));
	assert_int_equal(pattern_difference(run, copy, 0), 0);
	assert_int_equal(pattern_difference(run, run, 1), 1);
	for (size_t i = COUNT(places); i-- > 0;) {
		size_t place = places[i];

		/* The later ones stay wrong. */
		copy[place] ^= 1;
		CHECK(pattern_difference(run, copy, sizeof(copy)) == place,
		    "%zu", place);
		CHECK(pattern_difference(run, copy, place) == place, "%zu",
		    place);
		CHECK(pattern_difference(run, copy, place + 1) == place, "%zu",
		    place);
	}
}

int
main(void)
{
	const struct CMUnitTest pattern[] = {
		cmocka_unit_test_setup(same_seed_same_bytes, fill),
		cmocka_unit_test_setup(bytes_are_spread_evenly, fill),
		cmocka_unit_test_setup(runs_wrap, fill),
		cmocka_unit_test(positions),
		cmocka_unit_test(every_stream_starts_elsewhere),
		cmocka_unit_test_setup(shifts_are_seen, fill),
		cmocka_unit_test_setup(first_difference, fill),
	};

	return cmocka_run_group_tests(pattern, NULL, NULL);
}
