/* SPDX-License-Identifier: ISC */
/* class: lines of a class are limited, and none is forgotten. */
#include "check.h"
#include "lines.h"

#include "common/clock.h"
#include "common/errbuf.h"
#include "daemon/log/class.h"

static int
open_all(void **state)
{
	struct errbuf err;

	(void)state;
	return lines_open(&err) == -1 || class_open(&err) == -1 ? -1 : 0;
}

/* The tests take much less than a second, unless the machine stands still. */
static void
first_ten_then_a_count(void **state)
{
	unsigned written = 0;
	char wanted[64];

	(void)state;
	for (int i = 0; i < 50; i++)
		written += class_log(CLASS_DIED, LEVEL_WARNING, "line %d", i);
	assert_in_range(written, 10, 40);
	for (unsigned i = 0; i < 10; i++) {
		snprintf(wanted, sizeof(wanted), "4line %u", i);
		assert_string_equal(lines_next(), wanted);
	}
	while (lines_next()[0] != '\0')
		;
	/* One that cannot be hidden by them, nor by those of workers. */
	assert_true(class_log(CLASS_VIOLATION, LEVEL_ERR, "violation"));
	assert_string_equal(lines_next(), "3violation");
	/* It is a second too early, but nothing is kept back at the end. */
	assert_in_range(class_tell(clock_ms(), false), clock_ms() - 1000,
	    clock_ms() + 3000);
	snprintf(wanted, sizeof(wanted), "5left out lines=%u class=worker-died",
	    50 - written);
	(void)class_tell(clock_ms(), true);
	if (written == 10)
		assert_string_equal(lines_next(), wanted);
	while (lines_next()[0] != '\0')
		;
	assert_true(class_tell(clock_ms(), false) == INT64_MAX);
}

/* Nor is a line counted that nobody wants. */
static void
levels(void **state)
{
	(void)state;
	log_limit(LEVEL_ERR);
	for (int i = 0; i < 50; i++)
		assert_false(class_log(CLASS_KILLED, LEVEL_WARNING, "no"));
	log_limit(LEVEL_INFO);
	errno = ENOENT;
	assert_true(class_log(CLASS_KILLED, LEVEL_WARNING, "killed: %m"));
	assert_int_equal(errno, ENOENT);
	assert_string_equal(lines_next(), "4killed: No such file or directory");
	assert_string_equal(lines_next(), "");
}

/* Of all workers one says it; the others are counted, and the master tells. */
static void
workers_share_a_class(void **state)
{
	enum { WORKERS = 20 };
	pid_t pid[WORKERS];
	unsigned lines = 0;

	(void)state;
	for (unsigned i = 0; i < WORKERS; i++)
		if ((pid[i] = fork()) == 0) {
			(void)class_log(CLASS_ACCEPT, LEVEL_WARNING, "accept");
			_exit(0);
		}
	for (unsigned i = 0; i < WORKERS; i++)
		assert_int_equal(check_wait(pid[i]), 0);
	for (const char *line; *(line = lines_next()) != '\0'; lines++)
		assert_string_equal(line, "4accept");
	assert_int_equal(lines, 1);
	assert_in_range(class_tell(clock_ms(), false), clock_ms() + 50000,
	    clock_ms() + 62000);
	assert_string_equal(lines_next(), "");
	(void)class_tell(clock_ms() + 62000, false);
	assert_string_equal(lines_next(),
	    "5left out lines=19 class=accept-failed");
	assert_string_equal(lines_next(), "");
}

/* However long the text is, the count is not cut off. */
static void
count_has_room(void **state)
{
	static char text[2 * LOG_LINE];
	const char *line;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	assert_true(class_log(CLASS_RELOAD_REFUSED, LEVEL_NOTICE, "%s", text));
	line = lines_next();
	assert_true(strlen(line) > LOG_LINE - 64 && strlen(line) <= LOG_LINE);
}

int
main(void)
{
	const struct CMUnitTest class[] = {
		cmocka_unit_test(first_ten_then_a_count),
		cmocka_unit_test(levels),
		cmocka_unit_test(workers_share_a_class),
		cmocka_unit_test(count_has_room),
	};

	return cmocka_run_group_tests(class, open_all, lines_close);
}
