/* SPDX-License-Identifier: ISC */
#include "daemon/log/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/errbuf.h"
#include "common/output.h"

enum { PIPE_BYTES = 1 << 20 }; /* about 10,000 lines of patience */

/* This process's sink. */
static const struct log_pipe *sink;
static enum log_level threshold = LEVEL_INFO;
static long writer;

/* Of all pipes; shared by all processes, from the first pipe on. */
static _Atomic uint64_t *lost_in_all;

/* Zeros that all processes forked from here share; NULL with errno. */
static void *
share(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p != MAP_FAILED ? p : NULL;
}

int
log_pipe_open(struct log_pipe *p, struct errbuf *err)
{
	int fd[2];

	if (pipe2(fd, O_CLOEXEC) == -1)
		return errbuf_sys(err, "cannot make the log pipe");
	/* Only writers must not wait; the logger has nothing else to do. */
	if (fcntl(fd[1], F_SETFL, O_NONBLOCK) == -1) {
		errbuf_sys(err, "cannot make the log pipe non-blocking");
		close(fd[0]);
		close(fd[1]);
		return -1;
	}
	/* A wish: the kernel may refuse more than its default of 64 KiB. */
	(void)fcntl(fd[1], F_SETPIPE_SZ, PIPE_BYTES);
	if (lost_in_all == NULL)
		lost_in_all = share(sizeof(*lost_in_all));
	p->losses = share(sizeof(*p->losses));
	if (lost_in_all == NULL || p->losses == NULL) {
		errbuf_sys(err, "cannot map the counter of lost log lines");
		close(fd[0]);
		close(fd[1]);
		return -1;
	}
	p->read_fd = fd[0];
	p->write_fd = fd[1];
	return 0;
}

void
log_pipe_close(struct log_pipe *p)
{
	if (p->read_fd != -1)
		close(p->read_fd);
	if (p->write_fd != -1)
		close(p->write_fd);
	if (p->losses != NULL)
		munmap(p->losses, sizeof(*p->losses));
	*p = (struct log_pipe){ .read_fd = -1, .write_fd = -1 };
}

void
log_lose(const struct log_pipe *p)
{
	atomic_fetch_add_explicit(&p->losses->lost, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(lost_in_all, 1, memory_order_relaxed);
}

uint64_t
log_lost(void)
{
	return lost_in_all != NULL ? atomic_load(lost_in_all) : 0;
}

void
log_use(const struct log_pipe *p, enum log_level level)
{
	sink = p;
	threshold = level;
	writer = (long)getpid();
}

bool
log_wants(enum log_level level)
{
	return level <= threshold;
}

/* Nothing unprintable may reach a log, whoever forgot to quote it. */
static size_t
clean(char *out, size_t size, const char *text)
{
	size_t n = 0;

	for (; *text != '\0' && n + 5 < size; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= 0x20 && c < 0x7f)
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
	size_t n;

	if (!log_wants(level))
		return;
	vsnprintf(text, sizeof(text), fmt, ap);
	if (sink != NULL)
		n = (size_t)snprintf(line, sizeof(line), "%d %ld ", (int)level,
		    writer);
	else
		n = (size_t)snprintf(line, sizeof(line), "echod: ");
	n += clean(line + n, sizeof(line) - n - 1, text);
	line[n++] = '\n';
	if (sink == NULL)
		(void)output_write(STDERR_FILENO, line, n);
	else if (write(sink->write_fd, line, n) != (ssize_t)n)
		log_lose(sink);
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

LOG_FUNCTION(log_err, LEVEL_ERR)
LOG_FUNCTION(log_warning, LEVEL_WARNING)
LOG_FUNCTION(log_notice, LEVEL_NOTICE)
LOG_FUNCTION(log_info, LEVEL_INFO)
LOG_FUNCTION(log_debug, LEVEL_DEBUG)

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

		/* Keep room for the end: quote, dots, NUL. */
		if (n + width + 5 > size)
			break;
		memcpy(buf + n, text, width);
		n += width;
	}
	snprintf(buf + n, size - n, i < len ? "\"..." : "\"");
	return buf;
}

const char *
log_record(char *record, enum log_level *level, long *pid)
{
	char *end;
	long n = strtol(record, &end, 10);

	if (end == record || *end != ' ' || n < LEVEL_ERR || n > LEVEL_DEBUG)
		return NULL;
	*level = (enum log_level)n;
	record = end + 1;
	*pid = strtol(record, &end, 10);
	if (end == record || *end != ' ')
		return NULL;
	return end + 1;
}
