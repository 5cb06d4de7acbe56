/* SPDX-License-Identifier: ISC */
#include "daemon/log/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/errbuf.h"
#include "common/output.h"
#include "daemon/environment.h"
#include "daemon/link.h"
#include "daemon/sandbox/descriptors.h"

/*
 * Room for about 10,000 lines of 100 bytes: the kernel doubles this, and counts
 * some 770 bytes for each of them.
 */
enum { QUEUE_BYTES = 4 << 20 };

/* The ends of the queue, and the level up to which this process writes. */
static int writer = -1, reader = -1;
static enum log_level limit = LEVEL_INFO;

/* Shared by all processes.  Both only ever grow. */
static struct {
	_Atomic uint64_t lost;
	_Atomic uint64_t told;
} * counters;

static int
map_counters(struct errbuf *err)
{
	void *p;

	if (counters != NULL)
		return 0;
	p = mmap(NULL, sizeof(*counters), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return errbuf_sys(err,
		    "cannot map the counters of lost log lines");
	counters = p;
	return 0;
}

void
log_make_room(void)
{
	int bytes = QUEUE_BYTES;

	/* Without CAP_NET_ADMIN the room is limited by net.core.wmem_max. */
	if (setsockopt(writer, SOL_SOCKET, SO_SNDBUFFORCE, &bytes,
		sizeof(bytes)) == -1)
		(void)setsockopt(writer, SOL_SOCKET, SO_SNDBUF, &bytes,
		    sizeof(bytes));
}

int
log_open(struct errbuf *err)
{
	int fd[2];

	if (writer != -1)
		return 0;
	if (map_counters(err) == -1)
		return -1;
	if (link_open(fd) == -1)
		return errbuf_sys(err, "cannot make the sockets of the log");
	if ((fd[1] = descriptors_fix(fd[1])) == -1) {
		errbuf_sys(err, "cannot make the sockets of the log");
		close(fd[0]);
		return -1;
	}
	reader = fd[0];
	writer = fd[1];
	log_make_room();
	return 0;
}

bool
log_is_shut(void)
{
	/* An empty record is none; see log_receive(). */
	return send(writer, "", 0, MSG_DONTWAIT | MSG_NOSIGNAL) == -1 &&
	    errno == EPIPE;
}

int
log_reopen(void)
{
	int fd[2], result, saved;

	if (link_open(fd) == -1)
		return -1;
	/* Keep the numbers of the descriptors, which the filters of system
	 * calls have. */
	result = dup3(fd[0], reader, O_CLOEXEC) == -1 ||
		dup3(fd[1], writer, O_CLOEXEC) == -1 ?
	    -1 :
	    0;
	saved = errno;
	close(fd[0]);
	close(fd[1]);
	errno = saved;
	log_make_room();
	return result;
}

void
log_close(void)
{
	if (writer != -1) {
		close(reader);
		close(writer);
	}
	reader = writer = -1;
	limit = LEVEL_INFO;
}

int
log_writer(void)
{
	return writer;
}

int
log_reader(void)
{
	return reader;
}

void
log_lose(void)
{
	atomic_fetch_add_explicit(&counters->lost, 1, memory_order_relaxed);
}

uint64_t
log_lost(void)
{
	return counters != NULL ? atomic_load(&counters->lost) : 0;
}

uint64_t
log_untold(void)
{
	return atomic_load(&counters->lost) - atomic_load(&counters->told);
}

void
log_tell(uint64_t lines)
{
	atomic_fetch_add(&counters->told, lines);
}

void
log_limit(enum log_level level)
{
	limit = level;
}

bool
log_wants(enum log_level level)
{
	return level <= limit;
}

bool
log_send(const void *record, size_t n)
{
	/* O_NONBLOCK would not help, for any worker can clear it for all. */
	return send(writer, record, n, MSG_DONTWAIT | MSG_NOSIGNAL) ==
	    (ssize_t)n;
}

/*
 * Escape what is not printable: it must not reach a log, even if a caller
 * forgot to quote it.
 */
static size_t
clean(char *out, size_t size, const char *text, size_t length)
{
	size_t n = 0;

	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];
		bool printable = c >= 0x20 && c < 0x7f;

		if (n + (printable ? 1 : 4) >= size)
			break;
		if (printable)
			out[n++] = (char)c;
		else
			n += (size_t)snprintf(out + n, size - n, "\\x%02x", c);
	}
	return n;
}

static void __attribute__((format(printf, 2, 0)))
write_line(enum log_level level, const char *fmt, va_list ap)
{
	char text[LOG_LINE], line[LOG_LINE];
	int saved = errno;
	size_t n = 1;

	if (!log_wants(level))
		return;
	vsnprintf(text, sizeof(text), fmt, ap);
	if (writer != -1)
		line[0] = (char)('0' + level);
	else
		n = (size_t)snprintf(line, sizeof(line),
		    "%sechod: ", environment_prefix(STDERR_FILENO, level));
	n += clean(line + n, sizeof(line) - n - 1, text, strlen(text));
	if (writer == -1) {
		line[n++] = '\n';
		(void)output_write(STDERR_FILENO, line, n);
	} else if (!log_send(line, n)) {
		log_lose();
	}
	errno = saved;
}

#define LOG_FUNCTION(name, level)                                              \
	void name(const char *fmt, ...)                                        \
	{                                                                      \
		va_list ap;                                                    \
                                                                               \
		va_start(ap, fmt);                                             \
		write_line(level, fmt, ap);                                    \
		va_end(ap);                                                    \
	}

void
log_write(enum log_level level, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	write_line(level, fmt, ap);
	va_end(ap);
}

LOG_FUNCTION(log_err, LEVEL_ERR)
LOG_FUNCTION(log_warning, LEVEL_WARNING)
LOG_FUNCTION(log_notice, LEVEL_NOTICE)
LOG_FUNCTION(log_info, LEVEL_INFO)
LOG_FUNCTION(log_debug, LEVEL_DEBUG)

void
log_trouble(bool *said, int error, const char *what)
{
	if (error != 0 && !*said)
		log_err("cannot %s, trying again: %s", what, strerror(error));
	*said = error != 0;
}

/* The escape of one byte, as in a C string. */
static const char *
escape(unsigned char c, char *buf, size_t size)
{
	switch (c) {
	case '\n':
		return "\\n";
	case '\r':
		return "\\r";
	case '\t':
		return "\\t";
	case '"':
		return "\\\"";
	case '\\':
		return "\\\\";
	}
	snprintf(buf, size, c >= 0x20 && c < 0x7f ? "%c" : "\\x%02x", c);
	return buf;
}

const char *
log_quote(char *buf, size_t size, const void *data, size_t len)
{
	const unsigned char *bytes = data;
	char one[8];
	size_t i, n = 0;

	buf[n++] = '"';
	for (i = 0; i < len; i++) {
		const char *text = escape(bytes[i], one, sizeof(one));
		size_t width = strlen(text);

		/* Keep room for the quote, the dots and the NUL. */
		if (n + width + 5 > size)
			break;
		memcpy(buf + n, text, width);
		n += width;
	}
	snprintf(buf + n, size - n, i < len ? "\"..." : "\"");
	return buf;
}

ssize_t
log_receive(void *record, size_t size, pid_t *sender)
{
	ssize_t n;

	/* Skip empty records, or a worker could end the logger by sending
	 * one. */
	do
		n = link_receive(reader, record, size, 0, sender);
	while (n == 0 && *sender != 0);
	return n;
}

bool
log_record(const char *record, size_t n, enum log_level *level,
    char text[LOG_TEXT])
{
	if (n == 0 || record[0] < '0' + LEVEL_ERR ||
	    record[0] > '0' + LEVEL_DEBUG)
		return false;
	*level = (enum log_level)(record[0] - '0');
	/* A worker under the control of a client may send any bytes. */
	text[clean(text, LOG_TEXT, record + 1, n - 1)] = '\0';
	return true;
}
