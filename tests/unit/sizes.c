/* SPDX-License-Identifier: ISC */
/* sizes: what was asked for is what is sent, and each as often. */
#include "check.h"

#include "client/core/sizes.h"
#include "common/errbuf.h"

static struct sizes
read_good(const char *text)
{
	struct errbuf err = { "" };
	struct sizes sizes;

	CHECK(sizes_read(&sizes, text, &err) == 0, "%s: %s", text, err.text);
	return sizes;
}

static void
sizes_are_read_and_written(void **state)
{
	static const struct {
		const char *text, *written;
		unsigned count;
		uint32_t least, most;
	} rows[] = {
		{ "1", "1", 1, 1, 1 },
		{ "64", "64", 1, 64, 64 },
		{ "0064", "64", 1, 64, 64 },
		{ "4k", "4096", 1, 4096, 4096 },
		{ "16m", "16777216", 1, 16777216, 16777216 },
		{ "16777216", "16777216", 1, 16777216, 16777216 },
		{ "64,512,4096", "64,512,4096", 3, 64, 4096 },
		{ "4k,64,512", "4096,64,512", 3, 64, 4096 },
		{ "64,64,512", "64,64,512", 3, 64, 512 },
		{ "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16",
		    "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16", 16, 1, 16 },
		{ "64-4096", "64-4096", 0, 64, 4096 },
		{ "1-16M", "1-16777216", 0, 1, 16777216 },
		{ "64-64", "64", 1, 64, 64 },
	};
	struct sizes sizes;
	char text[160];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		sizes = read_good(rows[i].text);
		CHECK(sizes.count == rows[i].count, "%s", rows[i].text);
		CHECK(sizes.least == rows[i].least, "%s", rows[i].text);
		CHECK(sizes.most == rows[i].most, "%s", rows[i].text);
		sizes_text(&sizes, text, sizeof(text));
		CHECK_TEXT(text, rows[i].written, "%s", rows[i].text);
	}
}

static void
bad_sizes_are_refused(void **state)
{
	static const struct {
		const char *text, *reason;
	} rows[] = {
		{ "", "a size is missing" },
		{ ",", "a size is missing" },
		{ "64,", "a size is missing" },
		{ ",64", "a size is missing" },
		{ "64,,512", "a size is missing" },
		{ "64-", "a size is missing" },
		{ " ", "is not a size" },
		{ "64, 512", "\" 512\" is not a size" },
		{ "64 - 512", "is not a size" },
		{ "-", "\"-\" is not a size" },
		{ "-1", "\"-1\" is not a size" },
		{ "+1", "is not a size" },
		{ "1--2", "\"-2\" is not a size" },
		{ "1-2-3", "\"2-3\" is not a size" },
		{ "k", "is not a size" },
		{ "1kk", "is not a size" },
		{ "1 k", "is not a size" },
		{ "1.5k", "is not a size" },
		{ ".5", "is not a size" },
		{ "5.", "is not a size" },
		{ "1e3", "is not a size" },
		{ "0x10", "is not a size" },
		{ "64;512", "is not a size" },
		{ "0000000000000000000000000000000000000000000000000000000000"
		  "0000000000000001",
		    "is not a size" },
		{ "0", "\"0\" is out of range (1 to 16m)" },
		{ "0-64", "out of range" },
		{ "64,0", "out of range" },
		{ "16777217", "out of range" },
		{ "1-17m", "out of range" },
		{ "4294967297", "out of range" },
		{ "99999999999999999999", "out of range" },
		{ "4096-64", "write 64-4096" },
		{ "4k-64", "write 64-4k" },
		{ "64,512-4096", "a list and a range" },
		{ "64-512,4096", "a list and a range" },
		{ "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17",
		    "more than 16 sizes" },
	};
	struct sizes sizes = read_good("4711");
	struct errbuf err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK(sizes_read(&sizes, rows[i].text, &err) == -1, "\"%s\"",
		    rows[i].text);
		CHECK(strstr(err.text, rows[i].reason) != NULL, "\"%s\": %s",
		    rows[i].text, err.text);
		CHECK(sizes.count == 1 && sizes.size[0] == 4711, "\"%s\"",
		    rows[i].text);
	}
}

static void
one_size_is_always_the_same(void **state)
{
	static const uint64_t states[] = { 0, 1, 4711, UINT64_MAX };
	struct sizes sizes = read_good("64");

	(void)state;
	for (size_t i = 0; i < COUNT(states); i++) {
		uint64_t now = states[i];

		for (int n = 0; n < 100; n++)
			assert_int_equal(sizes_next(&sizes, &now), 64);
	}
}

static void
each_of_a_list_is_as_likely(void **state)
{
	static const uint64_t states[] = { 0, 1, 4711, UINT64_MAX };
	struct sizes sizes = read_good("64,512,4k");
	unsigned seen[3];

	(void)state;
	for (size_t i = 0; i < COUNT(states); i++) {
		uint64_t now = states[i];

		memset(seen, 0, sizeof(seen));
		for (int n = 0; n < 30000; n++) {
			uint32_t size = sizes_next(&sizes, &now);

			assert_true(size == 64 || size == 512 || size == 4096);
			seen[size == 64 ? 0 : size == 512 ? 1 : 2]++;
		}
		/* Six standard deviations of 10000. */
		for (size_t k = 0; k < COUNT(seen); k++)
			CHECK(seen[k] > 9500 && seen[k] < 10500, "%zu: %u", k,
			    seen[k]);
	}
}

/* Both ends of a range are in it, and so is everything between. */
static void
a_range_is_used_whole(void **state)
{
	struct sizes sizes = read_good("100-109");
	unsigned seen[10] = { 0 };
	uint64_t now = 0;
	uint32_t size;

	(void)state;
	for (int n = 0; n < 100000; n++) {
		size = sizes_next(&sizes, &now);
		assert_in_range(size, 100, 109);
		seen[size - 100]++;
	}
	for (size_t i = 0; i < COUNT(seen); i++)
		CHECK(seen[i] > 9400 && seen[i] < 10600, "%zu: %u", i, seen[i]);
}

static void
the_widest_range_stays_inside(void **state)
{
	struct sizes sizes = read_good("1-16m");
	uint64_t now = 1, sum = 0;
	uint32_t size;

	(void)state;
	for (int n = 0; n < 100000; n++) {
		size = sizes_next(&sizes, &now);
		assert_in_range(size, 1, SIZES_LARGEST);
		sum += size;
	}
	assert_in_range(sum / 100000, SIZES_LARGEST / 2 - SIZES_LARGEST / 100,
	    SIZES_LARGEST / 2 + SIZES_LARGEST / 100);
}

static void
the_same_state_gives_the_same_sizes(void **state)
{
	struct sizes sizes = read_good("1-16m");
	uint64_t a = 4711, b = 4711, c = 4712;
	unsigned same = 0;
	uint32_t size;

	(void)state;
	for (int n = 0; n < 1000; n++) {
		size = sizes_next(&sizes, &a);
		assert_int_equal(size, sizes_next(&sizes, &b));
		same += size == sizes_next(&sizes, &c);
	}
	assert_in_range(same, 0, 5);
}

static void
a_small_buffer_is_not_overrun(void **state)
{
	struct sizes list = read_good("64,512,4096"), range = read_good("1-99");
	char text[] = ".........";

	(void)state;
	sizes_text(&list, text, 5);
	assert_string_equal(text, "64,5");
	assert_string_equal(text + 5, "....");
	sizes_text(&list, text, 4);
	assert_string_equal(text, "64,");
	sizes_text(&range, text, 3);
	assert_string_equal(text, "1-");
	sizes_text(&range, text, 1);
	assert_string_equal(text, "");
}

int
main(void)
{
	const struct CMUnitTest sizes[] = {
		cmocka_unit_test(sizes_are_read_and_written),
		cmocka_unit_test(bad_sizes_are_refused),
		cmocka_unit_test(one_size_is_always_the_same),
		cmocka_unit_test(each_of_a_list_is_as_likely),
		cmocka_unit_test(a_range_is_used_whole),
		cmocka_unit_test(the_widest_range_stays_inside),
		cmocka_unit_test(the_same_state_gives_the_same_sizes),
		cmocka_unit_test(a_small_buffer_is_not_overrun),
	};

	return cmocka_run_group_tests(sizes, NULL, NULL);
}
