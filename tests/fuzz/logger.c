/* SPDX-License-Identifier: ISC */
/*
 * logger: the records that processes send to the logger: whatever they hold, a
 * line of the log is printable and whole, and nobody but the master changes the
 * settings.
 */
#include "fuzz.h"

#include <unistd.h>

#include "common/errbuf.h"

/* Its static functions are what is fed. */
#include "daemon/log/logger.c"

static void
check_printable(const char *text)
{
	for (; *text != '\0'; text++)
		MUST(*text >= ' ' && *text <= '~');
}

/* A worker sends these bytes. */
static void
check_stranger(const uint8_t *data, size_t size)
{
	pid_t master = getpid(), sender;
	char record[LOG_LINE], text[LOG_TEXT];
	struct logger_settings before = applied;
	enum log_level level = LEVEL_DEBUG;
	ssize_t n;

	/* An empty one is passed over, for the next. */
	MUST(log_send(data, size) && log_send("6end", 4));
	if (size > 0) {
		n = log_receive(record, LOG_LINE, &sender);
		MUST(n > 0 && n <= LOG_LINE && sender == master);
		MUST((size_t)n == size || n == LOG_LINE);
		MUST(!take_settings(record, (size_t)n, master + 1, master));
		MUST(memcmp(&before, &applied, sizeof(applied)) == 0);
		if (log_record(record, (size_t)n, &level, text)) {
			MUST(level >= LEVEL_ERR && level <= LEVEL_DEBUG);
			MUST(strlen(text) >= (size_t)n - 1 ||
			    strlen(text) >= LOG_TEXT - 8);
			check_printable(text);
		}
	}
	MUST(log_receive(record, LOG_LINE, &sender) == 4);
}

/* One of our processes writes them into a line. */
static void
check_line(const uint8_t *data, size_t size)
{
	char *string = rest(&(struct bytes){ data, size });
	char record[LOG_LINE], text[LOG_TEXT], quoted[200];
	enum log_level level;
	pid_t sender;
	ssize_t n;

	log_quote(quoted, sizeof(quoted), data, size);
	MUST(quoted[0] == '"' && strlen(quoted) < sizeof(quoted));
	check_printable(quoted);
	log_warning("received %s, %s", quoted, string);
	n = log_receive(record, LOG_LINE, &sender);
	MUST(n > 0);
	MUST(log_record(record, (size_t)n, &level, text) &&
	    level == LEVEL_WARNING);
	/* Already escaped: the logger had nothing to escape. */
	MUST(strncmp(text, "received \"", 10) == 0);
	check_printable(text);
	free(string);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct errbuf err;

	if (log_writer() == -1) {
		MUST(log_open(&err) == 0);
		log_limit(LEVEL_DEBUG);
	}
	check_stranger(data, size);
	check_line(data, size);
	MUST(log_lost() == 0);
	return 0;
}
