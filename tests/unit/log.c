/* SPDX-License-Identifier: ISC */
/* log: a line is escaped, cut and filtered, and writing it never blocks. */
#include "check.h"

#include <fcntl.h>
#include <inttypes.h>

#include "common/errbuf.h"
#include "daemon/log/log.h"

/* There is one queue for all tests, and nobody waits at it. */
static int
open_queue(void **state)
{
	struct errbuf err;

	(void)state;
	if (log_open(&err) == -1 ||
	    fcntl(log_reader(), F_SETFL, O_NONBLOCK) == -1)
		return -1;
	log_limit(LEVEL_DEBUG);
	return 0;
}

static int
close_queue(void **state)
{
	(void)state;
	log_close();
	return 0;
}

/* Take everything out of the queue; returns how many records that was. */
static unsigned
drain(void)
{
	char record[LOG_LINE];
	unsigned n = 0;
	pid_t sender;

	while (log_receive(record, sizeof(record), &sender) > 0)
		n++;
	return n;
}

/* The one line that is in the queue, as the logger would see it. */
static const char *
last_text(enum log_level *level, size_t *length)
{
	static char record[2 * LOG_LINE], text[LOG_TEXT];
	pid_t sender;
	ssize_t n = log_receive(record, sizeof(record), &sender);

	assert_true(n > 0);
	assert_int_equal(sender, getpid());
	assert_int_equal(drain(), 0);
	if (length != NULL)
		*length = (size_t)n;
	assert_true(log_record(record, (size_t)n, level, text));
	assert_int_equal(strlen(text), n - 1);
	return text;
}

static void
levels(void **state)
{
	static void (*const functions[])(const char *fmt, ...) = { log_err,
		log_warning, log_notice, log_info, log_debug };
	enum log_level level;

	(void)state;
	for (int limit = LEVEL_ERR; limit <= LEVEL_DEBUG; limit++) {
		log_limit((enum log_level)limit);
		for (int k = 0; k < 5; k++) {
			bool wanted = LEVEL_ERR + k <= limit;

			CHECK(log_wants((enum log_level)(LEVEL_ERR + k)) ==
				wanted,
			    "%d of %d", k, limit);
			functions[k]("line %d", k);
			if (!wanted) {
				CHECK(drain() == 0, "%d of %d", k, limit);
				continue;
			}
			(void)last_text(&level, NULL);
			CHECK((int)level == LEVEL_ERR + k, "%d of %d", k,
			    limit);
		}
	}
	log_limit(LEVEL_DEBUG);
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
	log_limit(LEVEL_ERR);
	errno = ENOENT;
	log_debug("%m");
	assert_int_equal(errno, ENOENT);
	log_limit(LEVEL_DEBUG);
}

/* However long: one record of at most LOG_LINE bytes. */
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
full_queue_counts_and_goes_on(void **state)
{
	uint64_t before = log_lost();
	enum log_level level;
	unsigned written = 0;

	(void)state;
	for (; log_lost() == before; written++)
		log_info("number %u", written);
	assert_int_equal(log_lost(), before + 1);
	errno = ENOENT;
	log_info("%m");
	assert_int_equal(errno, ENOENT);
	for (int i = 0; i < 10; i++)
		log_err("longer than any that fits, and lost: %d", i);
	assert_int_equal(log_lost(), before + 12);
	/* A line below the level does not count as lost. */
	log_limit(LEVEL_ERR);
	log_debug("unwanted");
	assert_int_equal(log_lost(), before + 12);
	log_limit(LEVEL_DEBUG);
	assert_int_equal(drain(), written - 1);
	log_info("again");
	assert_string_equal(last_text(&level, NULL), "again");
	assert_int_equal(log_lost(), before + 12);
}

/* The counter is one for all processes. */
static void
lost_lines_of_children_count(void **state)
{
	uint64_t before = log_lost();
	pid_t pid[2];

	(void)state;
	while (log_lost() == before)
		log_info("fill");
	before = log_lost();
	for (int k = 0; k < 2; k++)
		if ((pid[k] = fork()) == 0) {
			for (int i = 0; i < 1000; i++)
				log_info("lost");
			_exit(0);
		}
	for (int k = 0; k < 2; k++)
		assert_int_equal(check_wait(pid[k]), 0);
	assert_int_equal(log_lost(), before + 2000);
	(void)drain();
}

/* Of what is lost, each line is told of once. */
static void
losses_are_told_once(void **state)
{
	uint64_t before = log_lost();

	(void)state;
	log_tell(log_untold());
	assert_int_equal(log_untold(), 0);
	log_lose();
	log_lose();
	assert_int_equal(log_untold(), 2);
	log_lose();
	log_tell(2);
	assert_int_equal(log_untold(), 1);
	assert_int_equal(log_lost(), before + 3);
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

/* The kernel says who sent a record, whatever stands in it. */
static void
senders_are_named_by_the_kernel(void **state)
{
	char record[64];
	pid_t pid[2], sender;

	(void)state;
	for (int k = 0; k < 2; k++) {
		if ((pid[k] = fork()) == 0) {
			log_info("%ld ", (long)getppid());
			_exit(0);
		}
		assert_int_equal(check_wait(pid[k]), 0);
	}
	/* They have ended by now. */
	for (int k = 0; k < 2; k++) {
		assert_true(log_receive(record, sizeof(record), &sender) > 0);
		assert_int_equal(sender, pid[k]);
	}
}

/* The queue ends when there is no writer, and not by an empty record. */
static void
ends_after_its_last_record(void **state)
{
	struct errbuf err;
	char record[64];
	pid_t pid, sender;

	(void)state;
	log_close();
	assert_int_equal(log_open(&err), 0);
	pid = fork();
	if (pid == 0) {
		log_info("first");
		(void)log_send("", 0);
		log_info("last");
		_exit(0);
	}
	assert_int_equal(check_wait(pid), 0);
	close(log_writer());
	assert_int_equal(log_receive(record, sizeof(record), &sender), 6);
	assert_memory_equal(record, "6first", 6);
	assert_int_equal(log_receive(record, sizeof(record), &sender), 5);
	assert_memory_equal(record, "6last", 5);
	for (int k = 0; k < 2; k++)
		assert_int_equal(log_receive(record, sizeof(record), &sender),
		    0);
	log_close();
	assert_int_equal(open_queue(state), 0);
}

/* Lines must fit in numbers even where a user may not have a large buffer. */
static void
holds_many_lines(void **state)
{
	uint64_t before = log_lost();
	unsigned n = 0;
	char text[101];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (; log_lost() == before; n++)
		log_info("%s", text);
	print_message("# %u lines of 100 bytes fit\n", n - 1);
	assert_true(n > 100);
	(void)drain();
}

static void
records(void **state)
{
	static const struct {
		const char *record;
		int level; /* 0: none */
		const char *text;
	} rows[] = {
		{ "3x", LEVEL_ERR, "x" },
		{ "6a line", LEVEL_INFO, "a line" },
		{ "7 two", LEVEL_DEBUG, " two" },
		{ "5", LEVEL_NOTICE, "" },
		{ "46 7 x", LEVEL_WARNING, "6 7 x" },
		{ "6~}", LEVEL_INFO, "~}" },
		/* Nothing in it forges another line, or steers a terminal. */
		{ "6a\n<3>b", LEVEL_INFO, "a\\x0a<3>b" },
		{ "6\x1b[2J\x7f\r\t", LEVEL_INFO, "\\x1b[2J\\x7f\\x0d\\x09" },
		{ "6\xc3\xa9\x80\xff", LEVEL_INFO, "\\xc3\\xa9\\x80\\xff" },
		{ "", 0, NULL },
		{ " ", 0, NULL },
		{ "x", 0, NULL },
		{ "S", 0, NULL },
		{ "2y", 0, NULL },
		{ "8y", 0, NULL },
		{ "-3y", 0, NULL },
		{ "\xb6y", 0, NULL },
	};
	char record[LOG_LINE], text[LOG_TEXT];
	enum log_level level;
	bool is_line;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		level = LEVEL_ERR;
		strcpy(record, rows[i].record);
		is_line = log_record(record, strlen(record), &level, text);
		CHECK(is_line == (rows[i].level != 0), "\"%s\"",
		    rows[i].record);
		if (!is_line)
			continue;
		CHECK((int)level == rows[i].level, "\"%s\"", rows[i].record);
		CHECK_TEXT(text, rows[i].text, "\"%s\"", rows[i].record);
	}
	memcpy(record, "6a\0b", 4);
	assert_true(log_record(record, 4, &level, text));
	assert_string_equal(text, "a\\x00b");
	/* As long as may be, and no escape cut in its middle. */
	memset(record, 'x', sizeof(record));
	record[0] = '6';
	assert_true(log_record(record, sizeof(record), &level, text));
	assert_int_equal(strlen(text), LOG_LINE - 1);
	for (size_t shift = 6; shift > 0; shift--) {
		memset(record + shift, '\n', sizeof(record) - shift);
		assert_true(log_record(record, sizeof(record), &level, text));
		CHECK(strlen(text) <= LOG_LINE, "%zu", shift);
		CHECK_TEXT(text + strlen(text) - 4, "\\x0a", "%zu", shift);
	}
}

/* Before there is a queue, and after, lines go to standard error. */
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
	log_close();
	errno = ENOENT;
	log_err("a\nb: %m");
	log_debug("no");
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(fd[1]);
	n = read(fd[0], text, sizeof(text) - 1);
	close(fd[0]);
	assert_true(n > 0);
	text[n] = '\0';
	assert_string_equal(text,
	    "echod: a\\x0ab: No such file or directory\n");
	assert_int_equal(open_queue(state), 0);
}

/* Closing twice is no mistake. */
static void
queue_closes(void **state)
{
	assert_int_equal(fcntl(log_writer(), F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(log_reader(), F_GETFD), FD_CLOEXEC);
	log_close();
	assert_int_equal(log_reader(), -1);
	assert_int_equal(log_writer(), -1);
	log_close();
	assert_int_equal(open_queue(state), 0);
}

int
main(void)
{
	const struct CMUnitTest log[] = {
		cmocka_unit_test(levels),
		cmocka_unit_test(every_byte_is_escaped),
		cmocka_unit_test(errno_is_printed_and_preserved),
		cmocka_unit_test(long_lines_are_cut),
		cmocka_unit_test(full_queue_counts_and_goes_on),
		cmocka_unit_test(lost_lines_of_children_count),
		cmocka_unit_test(losses_are_told_once),
		cmocka_unit_test(quotes),
		cmocka_unit_test(quotes_are_cut),
		cmocka_unit_test(senders_are_named_by_the_kernel),
		cmocka_unit_test(ends_after_its_last_record),
		cmocka_unit_test(holds_many_lines),
		cmocka_unit_test(records),
		cmocka_unit_test(standard_error),
		cmocka_unit_test(queue_closes),
	};

	return cmocka_run_group_tests(log, open_queue, close_queue);
}
