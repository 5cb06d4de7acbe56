/* SPDX-License-Identifier: ISC */
/* log: a line is escaped, cut and filtered, and writing it never blocks. */
#include "check.h"

#include <fcntl.h>
#include <inttypes.h>

#include "common/errbuf.h"
#include "daemon/log/log.h"

/* One pipe for all tests; the reading end does not wait. */
static struct log_pipe pipes;

static int
open_pipe(void **state)
{
	struct errbuf err;

	(void)state;
	if (log_pipe_open(&pipes, &err) == -1)
		return -1;
	if (fcntl(pipes.read_fd, F_SETFL, O_NONBLOCK) == -1)
		return -1;
	log_use(&pipes, LEVEL_DEBUG);
	return 0;
}

static int
close_pipe(void **state)
{
	(void)state;
	log_use(NULL, LEVEL_INFO);
	log_pipe_close(&pipes);
	return 0;
}

/* Take what is in the pipe. */
static size_t
drain(char *buf, size_t size)
{
	ssize_t n = read(pipes.read_fd, buf, size - 1);

	if (n < 0)
		n = 0;
	buf[n] = '\0';
	return (size_t)n;
}

/* The one line that is in the pipe, as the logger would see it. */
static const char *
last_text(enum log_level *level, size_t *length)
{
	static char buf[4 * LOG_LINE];
	const char *text;
	long pid;
	size_t n = drain(buf, sizeof(buf));

	assert_true(n > 0);
	assert_int_equal(buf[n - 1], '\n');
	assert_ptr_equal(memchr(buf, '\n', n), buf + n - 1);
	if (length != NULL)
		*length = n;
	buf[n - 1] = '\0';
	text = log_record(buf, level, &pid);
	assert_non_null(text);
	assert_int_equal(pid, getpid());
	return text;
}

static void
levels(void **state)
{
	static void (*const functions[])(const char *fmt, ...) = { log_err,
		log_warning, log_notice, log_info, log_debug };
	enum log_level level;
	char rest[64];

	(void)state;
	for (int limit = LEVEL_ERR; limit <= LEVEL_DEBUG; limit++) {
		log_use(&pipes, (enum log_level)limit);
		for (int k = 0; k < 5; k++) {
			bool wanted = LEVEL_ERR + k <= limit;

			CHECK(log_wants((enum log_level)(LEVEL_ERR + k)) ==
				wanted,
			    "%d of %d", k, limit);
			functions[k]("line %d", k);
			if (!wanted) {
				CHECK(drain(rest, sizeof(rest)) == 0,
				    "%d of %d", k, limit);
				continue;
			}
			(void)last_text(&level, NULL);
			CHECK((int)level == LEVEL_ERR + k, "%d of %d", k,
			    limit);
		}
	}
	log_use(&pipes, LEVEL_DEBUG);
}

/* No byte that anybody sends can end a line or forge one. */
static void
every_byte_is_escaped(void **state)
{
	char wanted[64], data[8];
	enum log_level level;

	(void)state;
	for (int c = 1; c < 256; c++) {
		snprintf(data, sizeof(data), "a%cb", c);
		log_info("%s", data);
		snprintf(wanted, sizeof(wanted),
		    c >= 0x20 && c < 0x7f ? "a%cb" : "a\\x%02xb", c);
		CHECK_TEXT(last_text(&level, NULL), wanted, "byte %d", c);
	}
}

static void
errno_is_printed_and_preserved(void **state)
{
	static const int errors[] = { ENOENT, EADDRINUSE, EAGAIN, EPIPE };
	char wanted[128];
	enum log_level level;

	(void)state;
	for (size_t i = 0; i < COUNT(errors); i++) {
		snprintf(wanted, sizeof(wanted), "%d: %s", (int)i,
		    strerror(errors[i]));
		errno = errors[i];
		log_err("%d: %m", (int)i);
		assert_int_equal(errno, errors[i]);
		assert_string_equal(last_text(&level, NULL), wanted);
	}
	/* Also when the line is not written. */
	log_use(&pipes, LEVEL_ERR);
	errno = ENOENT;
	log_debug("%m");
	assert_int_equal(errno, ENOENT);
	log_use(&pipes, LEVEL_DEBUG);
}

/* However long: one write of at most LOG_LINE bytes, with its newline. */
static void
long_lines_are_cut(void **state)
{
	static char text[3 * LOG_LINE];
	enum log_level level;
	size_t n;

	(void)state;
	for (size_t length = LOG_LINE - 64; length < LOG_LINE + 64; length++) {
		memset(text, 'x', length);
		text[length] = '\0';
		log_info("%s", text);
		(void)last_text(&level, &n);
		CHECK(n <= LOG_LINE, "%zu: %zu", length, n);
		CHECK(length > LOG_LINE - 32 || n >= length, "%zu: %zu", length,
		    n);
	}
	/* Escapes are not cut in the middle. */
	for (size_t shift = 0; shift < 8; shift++) {
		const char *line;

		memset(text, 'x', shift);
		memset(text + shift, '\001', sizeof(text) - shift - 1);
		text[sizeof(text) - 1] = '\0';
		log_info("%s", text);
		line = last_text(&level, &n);
		CHECK(n <= LOG_LINE, "%zu: %zu", shift, n);
		CHECK(strncmp(line + strlen(line) - 4, "\\x01", 4) == 0,
		    "%zu: %s", shift, line + strlen(line) - 8);
	}
}

static void
full_pipe_counts_and_goes_on(void **state)
{
	static char big[1 << 16];
	uint64_t before = pipes.losses->lost;
	enum log_level level;
	unsigned written = 0;

	(void)state;
	for (int i = 0; i < 100000 && pipes.losses->lost == before;
	     i++, written++)
		log_info("number %d", i);
	assert_int_equal(pipes.losses->lost, before + 1);
	errno = ENOENT;
	log_info("%m");
	assert_int_equal(errno, ENOENT);
	for (int i = 0; i < 10; i++)
		log_err("longer than any that fits, and lost: %d", i);
	assert_int_equal(pipes.losses->lost, before + 12);
	/* A line below the level does not count as lost. */
	log_use(&pipes, LEVEL_ERR);
	log_debug("unwanted");
	assert_int_equal(pipes.losses->lost, before + 12);
	log_use(&pipes, LEVEL_DEBUG);
	/* All lines that were not lost are whole. */
	for (size_t n; (n = drain(big, sizeof(big))) > 0;)
		for (size_t i = 0; i < n; i++)
			written -= big[i] == '\n';
	assert_int_equal(written, 1);
	log_info("again");
	assert_string_equal(last_text(&level, NULL), "again");
	assert_int_equal(pipes.losses->lost, before + 12);
}

/* The counter is one for all processes. */
static void
lost_lines_of_children_count(void **state)
{
	static char big[1 << 16];
	uint64_t before = pipes.losses->lost;
	pid_t pid[2];

	(void)state;
	while (pipes.losses->lost == before)
		log_info("fill");
	before = pipes.losses->lost;
	for (int k = 0; k < 2; k++)
		if ((pid[k] = fork()) == 0) {
			for (int i = 0; i < 1000; i++)
				log_info("lost");
			_exit(0);
		}
	for (int k = 0; k < 2; k++)
		assert_int_equal(check_wait(pid[k]), 0);
	assert_int_equal(pipes.losses->lost, before + 2000);
	while (drain(big, sizeof(big)) > 0)
		;
}

static void
quotes(void **state)
{
	static const struct {
		const char *data;
		size_t length;
		const char *wanted;
	} rows[] = {
		{ "", 0, "\"\"" },
		{ "This is the mess", 16, "\"This is the mess\"" },
		{ "a\nb\rc\td", 7, "\"a\\nb\\rc\\td\"" },
		{ "\"\\", 2, "\"\\\"\\\\\"" },
		{ "\0\x01\x1b\x7f\x80\xff", 6,
		    "\"\\x00\\x01\\x1b\\x7f\\x80\\xff\"" },
		{ "\xc3\xa9", 2, "\"\\xc3\\xa9\"" },
		{ "%s%n", 4, "\"%s%n\"" },
		{ "abc", 2, "\"ab\"" },
	};
	char buf[128], wanted[32];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_ptr_equal(log_quote(buf, sizeof(buf), rows[i].data,
				     rows[i].length),
		    buf);
		CHECK_TEXT(buf, rows[i].wanted, "row %zu", i);
	}
	for (int c = 0; c < 256; c++) {
		char one = (char)c;

		switch (c) {
		case '\n':
		case '\r':
		case '\t':
		case '"':
		case '\\':
			continue;
		}
		log_quote(buf, sizeof(buf), &one, 1);
		snprintf(wanted, sizeof(wanted),
		    c >= 0x20 && c < 0x7f ? "\"%c\"" : "\"\\x%02x\"", c);
		CHECK_TEXT(buf, wanted, "byte %d", c);
	}
}

/* What does not fit is cut between two bytes, and dots say so. */
static void
quotes_are_cut(void **state)
{
	char data[256], buf[256 + 8];

	(void)state;
	for (int kind = 0; kind < 3; kind++)
		for (size_t size = 8; size < 128; size++) {
			size_t n;

			/* One, two or four bytes in the end for each. */
			memset(data, "x\n\001"[kind], sizeof(data));
			memset(buf, '#', sizeof(buf));
			log_quote(buf, size, data, sizeof(data));
			n = strlen(buf);
			CHECK(n < size, "%d, %zu", kind, size);
			CHECK(n + 4 >= size - 4, "%d, %zu: %s", kind, size,
			    buf);
			CHECK(buf[size] == '#', "%d, %zu", kind, size);
			CHECK_TEXT(buf + n - 4, "\"...", "%d, %zu", kind, size);
			CHECK((n - 5) % (size_t)(1 << kind) == 0, "%d, %zu: %s",
			    kind, size, buf);
		}
	/* Dots only when something is missing. */
	for (size_t length = 0; length < 64; length++) {
		memset(data, 'x', length);
		log_quote(buf, length + 7, data, length);
		CHECK(strlen(buf) == length + 2, "%zu: %s", length, buf);
		CHECK(strstr(buf, "...") == NULL, "%zu: %s", length, buf);
	}
}

static void
records(void **state)
{
	static const struct {
		const char *record;
		int level; /* 0: none */
		long pid;
		const char *text;
	} rows[] = {
		{ "3 1 x", LEVEL_ERR, 1, "x" },
		{ "6 12345 a line", LEVEL_INFO, 12345, "a line" },
		{ "7 12345  two", LEVEL_DEBUG, 12345, " two" },
		{ "5 7 ", LEVEL_NOTICE, 7, "" },
		{ "4 4194304 6 7 x", LEVEL_WARNING, 4194304, "6 7 x" },
		{ "", 0, 0, NULL },
		{ " ", 0, 0, NULL },
		{ "x", 0, 0, NULL },
		{ "6", 0, 0, NULL },
		{ "6 ", 0, 0, NULL },
		{ "6 x", 0, 0, NULL },
		{ "6 12", 0, 0, NULL },
		{ "6 12x y", 0, 0, NULL },
		{ "6x 12 y", 0, 0, NULL },
		{ "6\t12 y", 0, 0, NULL },
		{ "2 12 y", 0, 0, NULL },
		{ "8 12 y", 0, 0, NULL },
		{ "-3 12 y", 0, 0, NULL },
		{ "99999999999999999999 12 y", 0, 0, NULL },
		{ "tail of a line that was cut", 0, 0, NULL },
	};
	char record[128];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		enum log_level level = LEVEL_ERR;
		const char *text;
		long pid = -1;

		strcpy(record, rows[i].record);
		text = log_record(record, &level, &pid);
		CHECK((text != NULL) == (rows[i].level != 0), "\"%s\"",
		    rows[i].record);
		if (text == NULL)
			continue;
		CHECK((int)level == rows[i].level, "\"%s\"", rows[i].record);
		CHECK(pid == rows[i].pid, "\"%s\"", rows[i].record);
		CHECK_TEXT(text, rows[i].text, "\"%s\"", rows[i].record);
	}
}

/* Before there is a pipe, and after, lines go to standard error. */
static void
standard_error(void **state)
{
	char text[256];
	int fd[2], saved;
	ssize_t n;

	(void)state;
	assert_int_equal(pipe(fd), 0);
	fflush(stderr);
	saved = dup(STDERR_FILENO);
	dup2(fd[1], STDERR_FILENO);
	log_use(NULL, LEVEL_INFO);
	errno = ENOENT;
	log_err("a\nb: %m");
	log_debug("no");
	log_use(&pipes, LEVEL_DEBUG);
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(fd[1]);
	n = read(fd[0], text, sizeof(text) - 1);
	close(fd[0]);
	assert_true(n > 0);
	text[n] = '\0';
	assert_string_equal(text,
	    "echod: a\\x0ab: No such file or directory\n");
}

/* Closing twice, or one half, is no mistake. */
static void
pipe_closes(void **state)
{
	struct log_pipe p;
	struct errbuf err;

	(void)state;
	assert_int_equal(log_pipe_open(&p, &err), 0);
	assert_int_equal(fcntl(p.write_fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(p.read_fd, F_GETFD), FD_CLOEXEC);
	assert_true(fcntl(p.write_fd, F_GETFL) & O_NONBLOCK);
	assert_false(fcntl(p.read_fd, F_GETFL) & O_NONBLOCK);
	assert_int_equal(p.losses->lost, 0);
	log_pipe_close(&p);
	assert_int_equal(p.read_fd, -1);
	assert_int_equal(p.write_fd, -1);
	log_pipe_close(&p);
}

int
main(void)
{
	const struct CMUnitTest log[] = {
		cmocka_unit_test(levels),
		cmocka_unit_test(every_byte_is_escaped),
		cmocka_unit_test(errno_is_printed_and_preserved),
		cmocka_unit_test(long_lines_are_cut),
		cmocka_unit_test(full_pipe_counts_and_goes_on),
		cmocka_unit_test(lost_lines_of_children_count),
		cmocka_unit_test(quotes),
		cmocka_unit_test(quotes_are_cut),
		cmocka_unit_test(records),
		cmocka_unit_test(standard_error),
		cmocka_unit_test(pipe_closes),
	};

	return cmocka_run_group_tests(log, open_pipe, close_pipe);
}
