/* SPDX-License-Identifier: ISC */
/* exchange: an answer is one only if its last line says so. */
#include "check.h"

#include "control/exchange.h"

static void
answers(void **state)
{
	static const struct {
		const char *bytes;
		int result, status;
		const char *text, *why;
	} rows[] = {
		{ "ok\n", 0, 0, "", "" },
		{ "a\nb\nok\n", 0, 0, "a\nb\n", "" },
		{ "error 78 no good\n", 0, 78, "", "no good" },
		{ "a\nerror 75 ok\n", 0, 75, "a\n", "ok" },
		/* What comes from elsewhere must not control a terminal. */
		{ "error 75 a\033[2Jb\n", 0, 75, "", "a?[2Jb" },
		{ "", -1, 0, "", "" },
		{ "ok", -1, 0, "", "" },
		{ "\n", -1, 0, "", "" },
		{ "a\n", -1, 0, "", "" },
		{ "ok\na\n", -1, 0, "", "" },
		{ "ok \n", -1, 0, "", "" },
		{ "error\n", -1, 0, "", "" },
		{ "error \n", -1, 0, "", "" },
		{ "error x y\n", -1, 0, "", "" },
		{ "error 0 y\n", -1, 0, "", "" },
		{ "error -1 y\n", -1, 0, "", "" },
		{ "error 256 y\n", -1, 0, "", "" },
		{ "error 99999999999999999999 y\n", -1, 0, "", "" },
	};
	struct answer answer;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t n = strlen(rows[i].bytes);
		char *bytes = strdup(rows[i].bytes);
		int result;

		assert_non_null(bytes);
		result = exchange_parse(bytes, n, &answer);
		CHECK(result == rows[i].result, "%s", rows[i].bytes);
		if (result == 0) {
			CHECK(answer.status == rows[i].status, "%s",
			    rows[i].bytes);
			CHECK_TEXT(answer.text, rows[i].text, "%s",
			    rows[i].bytes);
			CHECK(answer.n == strlen(rows[i].text), "%s",
			    rows[i].bytes);
			CHECK_TEXT(answer.why.text, rows[i].why, "%s",
			    rows[i].bytes);
		}
		free(bytes);
	}
	/* Nor may a byte be hidden behind a NUL. */
	assert_int_equal(exchange_parse((char[]){ "a\0\nok\n" }, 6, &answer),
	    -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
	};

	return cmocka_run_group_tests_name("exchange", tests, NULL, NULL);
}
