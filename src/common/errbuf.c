/* SPDX-License-Identifier: ISC */
#include "common/errbuf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A whole message with two paths; HEAD: what is kept of its beginning. */
enum { WHOLE = 3 * 4096, HEAD = 160 };

/*
 * If the message is too long, cut out its middle, which is most likely a path:
 * the place is at the beginning and the reason at the end.
 */
static int
keep(struct errbuf *err, const char *whole)
{
	static const char gap[] = "...";
	size_t length = strlen(whole);
	size_t tail = sizeof(err->text) - HEAD - sizeof(gap) + 1;

	if (length < sizeof(err->text)) {
		memcpy(err->text, whole, length + 1);
		return -1;
	}
	memcpy(err->text, whole, HEAD);
	memcpy(err->text + HEAD, gap, sizeof(gap) - 1);
	memcpy(err->text + sizeof(err->text) - tail, whole + length + 1 - tail,
	    tail);
	return -1;
}

int
errbuf_set(struct errbuf *err, const char *fmt, ...)
{
	char whole[WHOLE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(whole, sizeof(whole), fmt, ap);
	va_end(ap);
	return keep(err, whole);
}

int
errbuf_sys(struct errbuf *err, const char *fmt, ...)
{
	int saved = errno;
	char whole[WHOLE];
	size_t used;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(whole, sizeof(whole), fmt, ap);
	va_end(ap);
	used = strlen(whole);
	snprintf(whole + used, sizeof(whole) - used, ": %s", strerror(saved));
	errno = saved;
	return keep(err, whole);
}

int
errbuf_prefix(struct errbuf *err, const char *fmt, ...)
{
	char whole[WHOLE];
	size_t used;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(whole, sizeof(whole), fmt, ap);
	va_end(ap);
	used = strlen(whole);
	snprintf(whole + used, sizeof(whole) - used, "%s", err->text);
	return keep(err, whole);
}

void
errbuf_clean(struct errbuf *err)
{
	for (char *c = err->text; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
}
