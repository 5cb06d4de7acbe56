/* SPDX-License-Identifier: ISC */
#include "client/core/fold.h"

#include <stdarg.h>
#include <string.h>

/* Where a line of at most `room` bytes ends at the beginning of a text. */
static size_t
line_end(const char *text, size_t room)
{
	size_t length = strlen(text), end = room;

	if (length <= room)
		return length;
	while (end > 0 && text[end] != ' ')
		end--;
	if (end > 0)
		return end;
	/* There is only one word: break it after its last comma, or not. */
	for (end = room; end > 0 && text[end - 1] != ','; end--)
		continue;
	return end > 0 ? end : strcspn(text, " ");
}

char *
fold_text(const char *text, unsigned indent, char *buf, size_t size)
{
	size_t used = 0, end;
	unsigned before = 0;

	buf[0] = '\0';
	while (used < size) {
		end = line_end(text, FOLD_COLUMNS - before);
		used += (size_t)snprintf(buf + used, size - used, "%*s%.*s",
		    (int)before, "", (int)end, text);
		text += end + strspn(text + end, " ");
		if (*text == '\0' || used + 1 >= size)
			break;
		buf[used++] = '\n';
		before = indent;
	}
	return buf;
}

void
fold_print(FILE *f, unsigned indent, const char *fmt, ...)
{
	char text[FOLD_TEXT / 2], folded[FOLD_TEXT];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	fprintf(f, "%s\n", fold_text(text, indent, folded, sizeof(folded)));
}
