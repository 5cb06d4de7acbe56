/* SPDX-License-Identifier: ISC */
/* setting: lines that are settings are taken apart, all others passed over. */
#include "check.h"

#include "control/setting.h"

static void
lines(void **state)
{
	static const char text[] =
	    "setting backlog integer 4096\n"
	    "nonsense\n"
	    "setting timeouts.idle seconds 0.25\n"
	    "setting a.b another-kind x\n"
	    "setting log.ident string  two  blanks \n"
	    "setting chroot string \n"
	    "setting\nsetting \nsetting x\nsetting  string y\n"
	    "setting listen list \n"
	    "setting listen address 7 ::1\n"
	    "setting access.allow network ::/0";
	static const struct {
		const char *group, *key;
		enum setting_line_type type;
		const char *value;
	} rows[] = {
		{ "", "backlog", LINE_INTEGER, "4096" },
		{ "timeouts", "idle", LINE_SECONDS, "0.25" },
		{ "log", "ident", LINE_STRING, " two  blanks " },
		{ "", "chroot", LINE_STRING, "" },
		{ "", "listen", LINE_LIST, "" },
		{ "", "listen", LINE_ADDRESS, "::1" },
		{ "access", "allow", LINE_NETWORK, "::/0" },
	};
	const char *at = text;
	struct setting_line line;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_true(setting_next(&at, &line));
		CHECK_TEXT(line.group, rows[i].group, "row %zu", i);
		CHECK_TEXT(line.key, rows[i].key, "row %zu", i);
		CHECK_TEXT(line.value, rows[i].value, "row %zu", i);
		CHECK(line.type == rows[i].type, "row %zu", i);
		if (line.type == LINE_ADDRESS)
			assert_string_equal(line.port, "7");
	}
	assert_false(setting_next(&at, &line));
}

/* What is too long for a line is passed over, and not cut. */
static void
long_ones(void **state)
{
	char text[4096], word[2048];
	const char *at = text;
	struct setting_line line;

	(void)state;
	memset(word, 'x', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	snprintf(text, sizeof(text),
	    "setting chroot string %s\nsetting %.64s string x\n"
	    "setting listen address %.64s x\nsetting chroot string %.1199s\n",
	    word, word, word, word);
	assert_true(setting_next(&at, &line));
	assert_int_equal(strlen(line.value), 1199);
	assert_false(setting_next(&at, &line));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(long_ones),
	};

	return cmocka_run_group_tests_name("setting", tests, NULL, NULL);
}
