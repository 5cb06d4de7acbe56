/* SPDX-License-Identifier: ISC */
/* logger: every lost line is reported in the log, at the latest at its end. */
#include "check.h"

#include <signal.h>

#include "common/clock.h"
#include "common/errbuf.h"
#include "daemon/log/logger.h"

/* A logger, and what it writes to standard error. */
static struct logger logger;
static int text_fd = -1;
static int own_stderr = -1;

static void
start_logger(void)
{
	static struct config config;
	struct errbuf err;
	int fd[2];

	config.log = (struct config_log){ .ident = "unit",
		.to = LOG_TO_STDERR };
	config.uid = getuid();
	config.gid = getgid();
	assert_int_equal(pipe(fd), 0);
	text_fd = fd[0];
	own_stderr = dup(STDERR_FILENO);
	dup2(fd[1], STDERR_FILENO);
	close(fd[1]);
	assert_int_equal(logger_open(&logger, &config, NULL, &err), 0);
}

static void
restore_stderr(void)
{
	dup2(own_stderr, STDERR_FILENO);
	close(own_stderr);
	own_stderr = -1;
}

/* The pipe ends, and with it the logger; all that it has written. */
static const char *
end_logger(void)
{
	static char text[4096];
	size_t used = 0;
	ssize_t n;

	log_use(NULL, LEVEL_INFO);
	logger_close(&logger);
	restore_stderr();
	assert_int_equal(check_wait(logger.pid), 0);
	while ((n = read(text_fd, text + used, sizeof(text) - used - 1)) > 0)
		used += (size_t)n;
	text[used] = '\0';
	close(text_fd);
	text_fd = -1;
	logger.pid = 0;
	return text;
}

/* After a test that failed half-way. */
static int
clean_up(void **state)
{
	(void)state;
	log_use(NULL, LEVEL_INFO);
	if (own_stderr != -1)
		restore_stderr();
	if (text_fd != -1)
		close(text_fd);
	text_fd = -1;
	if (logger.pid > 0) {
		kill(logger.pid, SIGKILL);
		check_wait(logger.pid);
		logger_close(&logger);
	}
	logger.pid = 0;
	return 0;
}

/* Without the times in front, which every line has. */
static const char *
untimed(const char *text)
{
	static char rest[4096];
	size_t n = 0, end;

	for (const char *line = text; *line != '\0'; line += end + 1) {
		end = strcspn(line, "\n");
		assert_int_equal(strspn(line, "0123456789-T:.+"), 29);
		assert_int_equal(line[29], ' ');
		n += (size_t)snprintf(rest + n, sizeof(rest) - n, "%.*s\n",
		    (int)end - 30, line + 30);
	}
	return rest;
}

/* The line about so many lost ones, by the logger that is there now. */
static const char *
line(unsigned lost)
{
	static char text[128];

	snprintf(text, sizeof(text),
	    "unit[%ld]: warning: log lines lost count=%u\n", (long)logger.pid,
	    lost);
	return text;
}

/* No line comes after those that were lost. */
static void
losses_are_told_at_the_end(void **state)
{
	char wanted[128];

	(void)state;
	start_logger();
	for (int i = 0; i < 3; i++)
		log_lose(&logger.pipe);
	snprintf(wanted, sizeof(wanted), "%s", line(3));
	assert_string_equal(untimed(end_logger()), wanted);
}

static void
nothing_lost_is_nothing_told(void **state)
{
	(void)state;
	start_logger();
	assert_string_equal(end_logger(), "");
}

/* Whoever had to tell of them has died; the next one does, and once. */
static void
losses_outlive_a_logger(void **state)
{
	char wanted[256];
	pid_t first;

	(void)state;
	start_logger();
	first = logger.pid;
	for (int i = 0; i < 2; i++)
		log_lose(&logger.pipe);
	kill(first, SIGKILL);
	assert_int_equal(check_wait(first), 128 + SIGKILL);
	assert_true(logger_reaped(&logger, first, clock_ms()));
	logger_maintain(&logger, clock_ms());
	assert_true(logger.pid > 0 && logger.pid != first);
	log_use(&logger.pipe, LEVEL_INFO);
	log_info("a line");
	snprintf(wanted, sizeof(wanted), "unit[%ld]: a line\n%s",
	    (long)getpid(), line(2));
	assert_string_equal(untimed(end_logger()), wanted);
}

/* One sum, whichever pipe they were for. */
static void
losses_add_up(void **state)
{
	uint64_t before = log_lost();

	(void)state;
	for (uint64_t round = 1; round <= 3; round++) {
		start_logger();
		assert_int_equal(log_lost(), before + round - 1);
		log_lose(&logger.pipe);
		(void)end_logger();
		assert_int_equal(log_lost(), before + round);
	}
}

#define TEST(f) cmocka_unit_test_teardown(f, clean_up)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(losses_are_told_at_the_end),
		TEST(nothing_lost_is_nothing_told),
		TEST(losses_outlive_a_logger),
		TEST(losses_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
