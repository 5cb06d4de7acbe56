/* SPDX-License-Identifier: ISC */
/* screen: each line is cut by what is seen of it, and nothing scrolls. */
#include "check.h"

#include "control/screen.h"

#define K "\033[K\n"
#define RED "\033[31m"
#define OFF "\033[0m"

static void
frames(void **state)
{
	static const struct {
		const char *text;
		unsigned width, height;
		const char *frame;
	} rows[] = {
		{ "", 80, 24, "" },
		{ "one\ntwo\n", 80, 24, "one" K "two" K },
		{ "no newline", 80, 24, "no newline" K },
		{ "\n\n", 80, 24, K K },
		{ "12345678\n", 5, 24, "12345" K },
		{ "1\n2\n3\n4\n", 80, 3, "1" K "2" K },
		{ "1\n", 80, 1, "" },
		/* Sequences take no column, and are there in whole. */
		{ RED "abc" OFF "d\n", 3, 24, RED "abc" OFF OFF K },
		{ "ab" RED "cdef\n", 3, 24, "ab" RED "c" OFF K },
		/* A character of several bytes takes one. */
		{ "\xe2\x96\x88\xe2\x96\x88\xe2\x96\x88\n", 2, 24,
		    "\xe2\x96\x88\xe2\x96\x88" K },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *first = screen_frame(rows[i].text, rows[i].width,
		    rows[i].height, true);
		char *next = screen_frame(rows[i].text, rows[i].width,
		    rows[i].height, false);
		char wanted[256];

		snprintf(wanted, sizeof(wanted), "\033[H\033[2J%s\033[J",
		    rows[i].frame);
		CHECK_TEXT(first, wanted, "%s", rows[i].text);
		snprintf(wanted, sizeof(wanted), "\033[H%s\033[J",
		    rows[i].frame);
		CHECK_TEXT(next, wanted, "%s", rows[i].text);
		free(first);
		free(next);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames),
	};

	return cmocka_run_group_tests_name("screen", tests, NULL, NULL);
}
