/* SPDX-License-Identifier: ISC */
/* spell: the distance of two words is the least number of edits. */
#include "check.h"

#include "common/spell.h"

static void
distances(void **state)
{
	static const struct {
		const char *a, *b;
		unsigned edits;
	} rows[] = {
		{ "", "", 0 },
		{ "", "abc", 3 },
		{ "abc", "abc", 0 },
		{ "abc", "abd", 1 },
		{ "abc", "ab", 1 },
		{ "abc", "bc", 1 },
		{ "abc", "ac", 1 },
		{ "abc", "xabc", 1 },
		{ "abc", "cba", 2 },
		{ "abc", "acb", 2 },
		{ "abc", "xyz", 3 },
		{ "kitten", "sitting", 3 },
		{ "backlgo", "backlog", 2 },
		{ "workers.max", "workers.max_spare", 6 },
		{ "Abc", "abc", 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK(spell_distance(rows[i].a, rows[i].b) == rows[i].edits,
		    "%s, %s", rows[i].a, rows[i].b);
		CHECK(spell_distance(rows[i].b, rows[i].a) == rows[i].edits,
		    "%s, %s", rows[i].b, rows[i].a);
	}
}

static void
long_words(void **state)
{
	char word[101], other[101];

	(void)state;
	memset(word, 'a', 64);
	word[64] = '\0';
	memcpy(other, word, sizeof(other));
	assert_int_equal(spell_distance(word, other), 0);
	other[63] = 'b';
	assert_int_equal(spell_distance(word, other), 1);
	memset(word, 'a', 100);
	word[100] = '\0';
	assert_int_equal(spell_distance("b", word), 64);
	assert_int_equal(spell_distance(word, "b"), 64);
	assert_int_equal(spell_distance(word, word), 64);
}

int
main(void)
{
	const struct CMUnitTest spell[] = {
		cmocka_unit_test(distances),
		cmocka_unit_test(long_words),
	};

	return cmocka_run_group_tests(spell, NULL, NULL);
}
