/* SPDX-License-Identifier: ISC */
/* fold: no line is too long, and no word is lost or broken. */
#include "check.h"

#include "client/core/fold.h"

#define TEN "123456789 "
#define SIXTY TEN TEN TEN TEN TEN TEN
#define NINES "999999999,999999999,999999999,999999999,"

static void
folds(void **state)
{
	static const struct {
		const char *text, *folded;
		unsigned indent;
	} rows[] = {
		{ "", "", 0 },
		{ "one two", "one two", 4 },
		/* As long as it may be, and one more. */
		{ SIXTY TEN "123456789", SIXTY TEN "123456789", 0 },
		{ SIXTY TEN "1234567890", SIXTY "123456789\n1234567890", 0 },
		{ SIXTY TEN "123456789 a b", SIXTY TEN "123456789\n  a b", 2 },
		/* The indent counts. */
		{ SIXTY TEN TEN SIXTY "123456789 a",
		    SIXTY TEN "123456789\n         " SIXTY
			      "123456789\n         a",
		    9 },
		/* A word that is too long. */
		{ NINES NINES NINES "9",
		    NINES "999999999,999999999,999999999,"
			  "\n  999999999," NINES "9",
		    2 },
		{ "a  b", "a  b", 0 },
	};
	char folded[FOLD_TEXT];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		fold_text(rows[i].text, rows[i].indent, folded, sizeof(folded));
		CHECK_TEXT(folded, rows[i].folded, "%s", rows[i].text);
	}
}

/* However short the words are, and however far the indent. */
static void
any_text(void **state)
{
	uint32_t random = 7;

	(void)state;
	for (int i = 0; i < 300; i++) {
		char text[900], folded[FOLD_TEXT], *rest = folded, *line;
		unsigned indent = check_random(&random) % 20;
		size_t used = 0, words = 0;

		while (used + 40 < sizeof(text)) {
			unsigned n = 1 + check_random(&random) % 30;

			memset(text + used, 'x', n);
			text[used + n] = ' ';
			used += n + 1;
			words++;
		}
		text[used - 1] = '\0';
		fold_text(text, indent, folded, sizeof(folded));
		for (bool first = true; (line = strsep(&rest, "\n")) != NULL;
		     first = false) {
			size_t blanks = strspn(line, " ");
			char *word;

			CHECK(strlen(line) <= FOLD_COLUMNS, "%s", line);
			CHECK(blanks == (first ? 0 : indent), "%s", line);
			line += blanks;
			for (; (word = strsep(&line, " ")) != NULL; words--)
				CHECK(word[0] == 'x', "%d", i);
		}
		assert_int_equal(words, 0);
	}
}

/* A small buffer has the begin of it. */
static void
is_cut(void **state)
{
	char small[12];

	(void)state;
	fold_text("one two three four", 0, small, sizeof(small));
	assert_string_equal(small, "one two thr");
	fold_text(SIXTY SIXTY, 0, small, 1);
	assert_string_equal(small, "");
}

int
main(void)
{
	const struct CMUnitTest fold[] = {
		cmocka_unit_test(folds),
		cmocka_unit_test(any_text),
		cmocka_unit_test(is_cut),
	};

	return cmocka_run_group_tests(fold, NULL, NULL);
}
