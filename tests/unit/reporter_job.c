/* SPDX-License-Identifier: ISC */
/* reporter_job: what echod writes is read as the same, and nothing else is. */
#include "check.h"

#include "config/reporter_job.h"

static int
count(const char *const *argv)
{
	int n = 0;

	while (argv[n] != NULL)
		n++;
	return n;
}

static void
reads_as_written(void **state)
{
	struct reporter_job before = { .uid = 4294967294,
		.gid = 65534,
		.sandbox = SANDBOX_OFF,
		.listeners = REPORTER_LISTENERS },
			    after;
	struct reporter_args args;

	(void)state;
	memset(before.chroot, '/', sizeof(before.chroot) - 1);
	for (int round = 0; round < 2; round++) {
		reporter_job_write(&before, &args);
		assert_int_equal(reporter_job_read(&after, count(args.argv),
				     (char *const *)args.argv),
		    0);
		assert_true(after.uid == before.uid && after.gid == before.gid);
		assert_int_equal(after.sandbox, before.sandbox);
		assert_int_equal(after.listeners, before.listeners);
		assert_string_equal(after.chroot, before.chroot);
		before = (struct reporter_job){ .listeners = 1 };
	}
}

static void
refuses_the_rest(void **state)
{
	static char longer[CONFIG_PATH + 1];
	char *rows[][7] = {
		{ "r" },
		{ "r", "0", "0", "0", "1" },
		{ "r", "0", "0", "0", "1", "/", "x" },
		{ "r", "-1", "0", "0", "1", "/" },
		{ "r", "4294967296", "0", "0", "1", "/" },
		{ "r", "0", "", "0", "1", "/" },
		{ "r", "0", "0", "3", "1", "/" },
		{ "r", "0", "0", "0", "0", "/" },
		{ "r", "0", "0", "0", "3", "/" },
		{ "r", "0", "0", "0", "1", longer },
	};
	struct reporter_job job;

	(void)state;
	memset(longer, 'x', sizeof(longer) - 1);
	for (size_t i = 0; i < COUNT(rows); i++) {
		int n = 0;

		while (n < 7 && rows[i][n] != NULL)
			n++;
		CHECK(reporter_job_read(&job, n, rows[i]) == -1, "row %zu", i);
	}
}

int
main(void)
{
	const struct CMUnitTest all[] = {
		cmocka_unit_test(reads_as_written),
		cmocka_unit_test(refuses_the_rest),
	};

	return cmocka_run_group_tests_name("reporter_job", all, NULL, NULL);
}
