/* SPDX-License-Identifier: ISC */
/* logger: every lost line is reported in the log, at the latest at its end. */
#include "check.h"

#include <signal.h>
#include <sys/mman.h>

#include "common/clock.h"
#include "common/errbuf.h"
#include "daemon/log/log.h"
#include "daemon/log/logger.h"

/* A logger, and what it writes to standard error. */
static struct logger logger;
static int text_fd = -1;
static int own_stderr = -1;

static struct config config;

static void
start_logger(void)
{
	struct errbuf err;

	config.log = (struct config_log){ .ident = "unit",
		.to = LOG_TO_STDERR };
	config.uid = getuid();
	config.gid = getgid();
	/* Valgrind makes calls of its own. */
	if (getenv("ECHOD_WRAPPER") != NULL)
		config.sandbox = SANDBOX_OFF;
	text_fd = memfd_create("stderr", MFD_CLOEXEC);
	own_stderr = dup(STDERR_FILENO);
	dup2(text_fd, STDERR_FILENO);
	assert_int_equal(logger_open(&logger, &config, true, &err), 0);
}

static void
restore_stderr(void)
{
	dup2(own_stderr, STDERR_FILENO);
	close(own_stderr);
	own_stderr = -1;
}

/* The queue ends, and with it the logger; all that it has written. */
static const char *
end_logger(void)
{
	static char text[1 << 21];
	ssize_t n;

	log_close();
	restore_stderr();
	assert_int_equal(check_wait(logger.pid), 0);
	n = pread(text_fd, text, sizeof(text) - 1, 0);
	assert_true(n >= 0);
	text[n] = '\0';
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
	log_close();
	if (own_stderr != -1)
		restore_stderr();
	if (text_fd != -1)
		close(text_fd);
	text_fd = -1;
	if (logger.pid > 0) {
		kill(logger.pid, SIGKILL);
		check_wait(logger.pid);
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
		log_lose();
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
		log_lose();
	kill(first, SIGKILL);
	assert_int_equal(check_wait(first), 128 + SIGKILL);
	assert_true(logger_reaped(&logger, first, clock_ms()));
	logger_maintain(&logger, clock_ms());
	assert_true(logger.pid > 0 && logger.pid != first);
	log_info("a line");
	snprintf(wanted, sizeof(wanted), "unit[%ld]: a line\n%s",
	    (long)getpid(), line(2));
	assert_string_equal(untimed(end_logger()), wanted);
}

/* As often as lines are lost: one line a second, with all of them. */
static void
losses_are_told_once_a_second(void **state)
{
	unsigned long told = 0, lines = 0, n;
	int64_t begin = clock_ms();
	const char *text;

	(void)state;
	start_logger();
	for (int i = 0; i < 200; i++) {
		log_lose();
		log_info("a line");
	}
	text = end_logger();
	for (; (text = strstr(text, "log lines lost count=")) != NULL;
	     lines++) {
		text += strlen("log lines lost count=");
		n = strtoul(text, NULL, 10);
		told += n;
	}
	assert_int_equal(told, 200);
	/* One at once, one a second, and one at the end. */
	assert_in_range(lines, 1, 3 + (clock_ms() - begin) / 1000);
}

/* One sum, whichever logger they were for. */
static void
losses_add_up(void **state)
{
	uint64_t before = log_lost();

	(void)state;
	for (uint64_t round = 1; round <= 3; round++) {
		start_logger();
		assert_int_equal(log_lost(), before + round - 1);
		log_lose();
		(void)end_logger();
		assert_int_equal(log_lost(), before + round);
	}
}

/* The settings of a reload are in order with the lines around them. */
static void
settings_travel_in_order(void **state)
{
	char wanted[256];
	long pid = (long)getpid();

	(void)state;
	start_logger();
	kill(logger.pid, SIGSTOP);
	log_info("one");
	strcpy(config.log.ident, "renamed");
	logger_configure(&logger, &config);
	log_info("two");
	strcpy(config.log.ident, "again");
	logger_configure(&logger, &config);
	log_info("three");
	assert_int_equal(logger_maintain(&logger, clock_ms()), INT64_MAX);
	kill(logger.pid, SIGCONT);
	snprintf(wanted, sizeof(wanted),
	    "unit[%ld]: one\nrenamed[%ld]: two\nagain[%ld]: three\n", pid, pid,
	    pid);
	assert_string_equal(untimed(end_logger()), wanted);
}

/* Nobody but the process that started the logger can change its settings. */
static void
settings_of_others_are_ignored(void **state)
{
	char wanted[256];
	pid_t pid;

	(void)state;
	start_logger();
	pid = fork();
	if (pid == 0) {
		strcpy(config.log.ident, "forged");
		logger_configure(&logger, &config);
		log_info("by a child");
		_exit(0);
	}
	assert_int_equal(check_wait(pid), 0);
	log_info("by its parent");
	snprintf(wanted, sizeof(wanted),
	    "unit[%ld]: by a child\nunit[%ld]: by its parent\n", (long)pid,
	    (long)getpid());
	assert_string_equal(untimed(end_logger()), wanted);
}

/* With a full queue they wait for room, and nobody waits for them. */
static void
settings_survive_a_full_queue(void **state)
{
	uint64_t before = log_lost();
	const char *text;
	char wanted[64];

	(void)state;
	start_logger();
	kill(logger.pid, SIGSTOP);
	while (log_lost() == before)
		log_info("fill");
	strcpy(config.log.ident, "late");
	logger_configure(&logger, &config);
	assert_true(logger_maintain(&logger, 1000) > 1000);
	assert_true(logger_maintain(&logger, 1000) < 2000);
	/* Its successor has them from its birth; the queue waits for it. */
	kill(logger.pid, SIGKILL);
	assert_int_equal(check_wait(logger.pid), 128 + SIGKILL);
	assert_true(logger_reaped(&logger, logger.pid, 0));
	while (logger_maintain(&logger, 0) != INT64_MAX)
		;
	/* Until it has made room, a line is lost. */
	do {
		before = log_lost();
		log_info("end");
	} while (log_lost() != before);
	text = end_logger();
	snprintf(wanted, sizeof(wanted), " late[%ld]: end\n", (long)getpid());
	assert_non_null(strstr(text, wanted));
	assert_null(strstr(text, "unit["));
}

/* To become another user it leaves, and the next one goes on with the queue. */
static void
leaves_for_another_user(void **state)
{
	char wanted[128];
	pid_t first;

	(void)state;
	start_logger();
	log_info("one");
	/* However often, it starts again at once: that is no failure. */
	for (int i = 0; i < 3; i++) {
		first = logger.pid;
		config.uid++;
		logger_configure(&logger, &config);
		log_info("two");
		assert_int_equal(check_wait(first), 0);
		assert_true(logger_reaped(&logger, first, clock_ms()));
		/* In this test nobody may become another. */
		config.uid = logger.settings.uid = getuid();
		assert_int_equal(logger_maintain(&logger, clock_ms()),
		    INT64_MAX);
	}
	snprintf(wanted, sizeof(wanted), "unit[%ld]: two\n", (long)getpid());
	assert_non_null(strstr(end_logger(), wanted));
}

/* A logger is not led back to settings from before its birth. */
static void
settings_from_before_its_birth_are_ignored(void **state)
{
	char wanted[128];

	(void)state;
	start_logger();
	kill(logger.pid, SIGSTOP);
	config.uid++;
	logger_configure(&logger, &config);
	config.uid--;
	strcpy(config.log.ident, "newest");
	logger_configure(&logger, &config);
	kill(logger.pid, SIGKILL);
	assert_int_equal(check_wait(logger.pid), 128 + SIGKILL);
	assert_true(logger_reaped(&logger, logger.pid, clock_ms()));
	assert_int_equal(logger_maintain(&logger, clock_ms()), INT64_MAX);
	log_info("end");
	snprintf(wanted, sizeof(wanted), "newest[%ld]: end\n", (long)getpid());
	assert_string_equal(untimed(end_logger()), wanted);
}

#define TEST(f) cmocka_unit_test_teardown(f, clean_up)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(losses_are_told_at_the_end),
		TEST(nothing_lost_is_nothing_told),
		TEST(losses_outlive_a_logger),
		TEST(losses_are_told_once_a_second),
		TEST(losses_add_up),
		TEST(settings_travel_in_order),
		TEST(settings_of_others_are_ignored),
		TEST(settings_survive_a_full_queue),
		TEST(leaves_for_another_user),
		TEST(settings_from_before_its_birth_are_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
