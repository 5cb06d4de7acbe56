/* SPDX-License-Identifier: ISC */
/* environment: what a service manager says, and what a successor is told. */
#include "check.h"

#include <limits.h>

#include "daemon/environment.h"

static char *no_argv[] = { "echod", NULL };

static const char *
pid_text(pid_t pid)
{
	static char text[16];

	snprintf(text, sizeof(text), "%ld", (long)pid);
	return text;
}

/* Take the environment when it has these variables. */
static const struct environment *
with(const char *const variables[][2], size_t n)
{
	for (size_t i = 0; i < n; i++)
		setenv(variables[i][0], variables[i][1], 1);
	assert_int_equal(environment_take(no_argv), 0);
	return environment();
}

static void
nothing_is_said(void **state)
{
	const struct environment *e = with(NULL, 0);

	(void)state;
	assert_null(e->notify_socket);
	assert_int_equal(e->watchdog_us, 0);
	assert_int_equal(e->listen_fds, 0);
	assert_null(e->listen_names);
	assert_int_equal(e->listen_stranger, 0);
	assert_int_equal(e->store_max, -1);
	assert_null(e->runtime_directory);
	assert_null(e->journal_stream);
	assert_null(e->handover);
	assert_ptr_equal(e->argv, no_argv);
}

static void
all_is_said_and_unset(void **state)
{
	const char *own = pid_text(getpid());
	const char *const variables[][2] = {
		{ "NOTIFY_SOCKET", "@notify" },
		{ "WATCHDOG_USEC", "30000000" },
		{ "WATCHDOG_PID", own },
		{ "LISTEN_FDS", "2" },
		{ "LISTEN_PID", own },
		{ "LISTEN_FDNAMES", "echo:echo" },
		{ "FDSTORE", "16" },
		{ "RUNTIME_DIRECTORY", "/run/echod:/run/other" },
		{ "JOURNAL_STREAM", "9:4711" },
		{ "ECHOD_HANDOVER", "5" },
	};
	const struct environment *e = with(variables, COUNT(variables));

	(void)state;
	assert_string_equal(e->notify_socket, "@notify");
	assert_int_equal(e->watchdog_us, 30000000);
	assert_int_equal(e->listen_fds, 2);
	assert_string_equal(e->listen_names, "echo:echo");
	assert_int_equal(e->store_max, 16);
	assert_string_equal(e->runtime_directory, "/run/echod");
	assert_string_equal(e->journal_stream, "9:4711");
	assert_string_equal(e->handover, "5");
	for (size_t i = 0; i < COUNT(variables); i++)
		CHECK(getenv(variables[i][0]) == NULL, "%s", variables[i][0]);
}

/* The value of a variable for the successor, NULL: it has none. */
static const char *
successor(const struct environment *e, const char *name)
{
	size_t n = strlen(name);

	for (unsigned i = 0; i < e->successor_count; i++)
		if (strncmp(e->successor[i], name, n) == 0 &&
		    e->successor[i][n] == '=')
			return e->successor[i] + n + 1;
	return NULL;
}

static void
other_processes_are_meant(void **state)
{
	const char *other = pid_text(getppid());
	const char *const variables[][2] = {
		{ "WATCHDOG_USEC", "30000000" },
		{ "WATCHDOG_PID", other },
		{ "LISTEN_FDS", "2" },
		{ "LISTEN_PID", other },
		{ "LISTEN_FDNAMES", "echo:echo" },
	};
	const struct environment *e = with(variables, COUNT(variables));

	(void)state;
	assert_int_equal(e->watchdog_us, 0);
	assert_int_equal(e->listen_fds, 0);
	assert_null(e->listen_names);
	assert_int_equal(e->listen_stranger, getppid());
	/* Nor is a successor, which does not get that pid. */
	assert_null(successor(e, "WATCHDOG_USEC"));
}

static void
nonsense_is_nothing(void **state)
{
	static const char *const wrong[] = { "", "0", "-1", "x", "3x", " 3",
		"99999999999999999999" };

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		const char *const variables[][2] = {
			{ "WATCHDOG_USEC", wrong[i] },
			{ "LISTEN_FDS", wrong[i] },
			{ "LISTEN_PID", pid_text(getpid()) },
			{ "FDSTORE", wrong[i] },
			{ "RUNTIME_DIRECTORY", wrong[i] },
			{ "NOTIFY_SOCKET", "" },
		};
		const struct environment *e = with(variables, COUNT(variables));

		CHECK(e->watchdog_us == 0, "\"%s\"", wrong[i]);
		CHECK(e->listen_fds == 0, "\"%s\"", wrong[i]);
		CHECK(e->store_max == -1, "\"%s\"", wrong[i]);
		CHECK(e->runtime_directory == NULL, "\"%s\"", wrong[i]);
		CHECK(e->notify_socket == NULL, "\"%s\"", wrong[i]);
	}
}

/* A watchdog without a pid watches whoever asks. */
static void
watchdog_without_a_pid(void **state)
{
	const char *const variables[][2] = { { "WATCHDOG_USEC", "500000" } };

	(void)state;
	assert_int_equal(with(variables, 1)->watchdog_us, 500000);
}

static void
successor_is_told_the_same(void **state)
{
	const char *const variables[][2] = {
		{ "NOTIFY_SOCKET", "/run/notify" },
		{ "WATCHDOG_USEC", "30000000" },
		{ "WATCHDOG_PID", pid_text(getpid()) },
		{ "LISTEN_FDS", "2" },
		{ "LISTEN_PID", pid_text(getpid()) },
		{ "LISTEN_FDNAMES", "echo:echo" },
		{ "ECHOD_HANDOVER", "5" },
		{ "ECHOD_TEST_ANYTHING", "" },
	};
	const struct environment *e = with(variables, COUNT(variables));

	(void)state;
	assert_string_equal(successor(e, "NOTIFY_SOCKET"), "/run/notify");
	assert_string_equal(successor(e, "WATCHDOG_USEC"), "30000000");
	assert_string_equal(successor(e, "ECHOD_TEST_ANYTHING"), "");
	assert_null(successor(e, "WATCHDOG_PID"));
	assert_null(successor(e, "LISTEN_FDS"));
	assert_null(successor(e, "LISTEN_PID"));
	assert_null(successor(e, "LISTEN_FDNAMES"));
	assert_null(successor(e, "ECHOD_HANDOVER"));
	/* Room for one more. */
	assert_null(e->successor[e->successor_count]);
	assert_null(e->successor[e->successor_count + 1]);
	unsetenv("ECHOD_TEST_ANYTHING");
}

static void
program_and_directory(void **state)
{
	const struct environment *e = with(NULL, 0);
	char real[PATH_MAX], self[PATH_MAX];

	(void)state;
	assert_non_null(e->program);
	assert_int_equal(e->program[0], '/');
	assert_non_null(realpath(e->program, real));
	assert_non_null(realpath("/proc/self/exe", self));
	assert_string_equal(real, self);
	assert_non_null(getcwd(real, sizeof(real)));
	assert_string_equal(e->directory, real);
}

static bool
is_journal(int fd, const char *stream)
{
	const char *const variables[][2] = { { "JOURNAL_STREAM", stream } };

	(void)with(variables, 1);
	return environment_is_journal(fd);
}

static void
stream_of_the_journal(void **state)
{
	struct stat st;
	char text[64];
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	assert_false(environment_is_journal(fd[1]));
	assert_int_equal(fstat(fd[1], &st), 0);
	snprintf(text, sizeof(text), "%lu:%lu", (unsigned long)st.st_dev,
	    (unsigned long)st.st_ino);
	assert_true(is_journal(fd[1], text));
	/* Inherited by a service's child whose output goes elsewhere. */
	snprintf(text, sizeof(text), "%lu:%lu", (unsigned long)st.st_dev,
	    (unsigned long)st.st_ino + 1);
	assert_false(is_journal(fd[1], text));
	assert_false(is_journal(fd[1], ""));
	close(fd[0]);
	close(fd[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_said),
		cmocka_unit_test(all_is_said_and_unset),
		cmocka_unit_test(other_processes_are_meant),
		cmocka_unit_test(nonsense_is_nothing),
		cmocka_unit_test(watchdog_without_a_pid),
		cmocka_unit_test(successor_is_told_the_same),
		cmocka_unit_test(program_and_directory),
		cmocka_unit_test(stream_of_the_journal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
