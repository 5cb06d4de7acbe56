/* SPDX-License-Identifier: ISC */
#include "common/errbuf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A whole message with two paths; HEAD: what is kept of its beginning. */
enum { WHOLE = 3 * 4096, HEAD = 160 };

/*
 * Format the message and append `tail`.  If it is too long, cut out its middle,
 * which is most likely a path: the place is at the beginning and the reason at
 * the end.
 */
__attribute__((format(printf, 2, 0))) static void
set(struct errbuf *err, const char *fmt, va_list ap, const char *colon,
    const char *tail)
{
	static const char gap[] = "...";
	const size_t kept = sizeof(err->text) - HEAD - sizeof(gap) + 1;
	char whole[WHOLE];
	size_t length;

	vsnprintf(whole, sizeof(whole), fmt, ap);
	length = strlen(whole);
	snprintf(whole + length, sizeof(whole) - length, "%s%s", colon, tail);
	length = strlen(whole);
	if (length < sizeof(err->text)) {
		memcpy(err->text, whole, length + 1);
		return;
	}
	memcpy(err->text, whole, HEAD);
	memcpy(err->text + HEAD, gap, sizeof(gap) - 1);
	memcpy(err->text + sizeof(err->text) - kept, whole + length + 1 - kept,
	    kept);
}

int
errbuf_set(struct errbuf *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set(err, fmt, ap, "", "");
	va_end(ap);
	return -1;
}

int
errbuf_sys(struct errbuf *err, const char *fmt, ...)
{
	int saved = errno;
	va_list ap;

	va_start(ap, fmt);
	set(err, fmt, ap, ": ", strerror(saved));
	va_end(ap);
	errno = saved;
	return -1;
}

int
errbuf_prefix(struct errbuf *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set(err, fmt, ap, "", err->text);
	va_end(ap);
	return -1;
}

void
errbuf_clean(struct errbuf *err)
{
	for (char *c = err->text; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
}
