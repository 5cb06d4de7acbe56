/* SPDX-License-Identifier: ISC */
#include "snapshot/buffer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void
buffer_begin(struct buffer *b, char *text, size_t room)
{
	*b = (struct buffer){ text, room, 0, room == 0 };
	if (room > 0)
		text[0] = '\0';
}

void
buffer_put(struct buffer *b, const char *bytes, size_t n)
{
	if (b->full || n >= b->room - b->n) {
		b->full = true;
		return;
	}
	memcpy(b->text + b->n, bytes, n);
	b->n += n;
	b->text[b->n] = '\0';
}

void
buffer_text(struct buffer *b, const char *text)
{
	buffer_put(b, text, strlen(text));
}

void
buffer_number(struct buffer *b, uint64_t number)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%" PRIu64, number);
	buffer_text(b, digits);
}

void
buffer_seconds(struct buffer *b, uint64_t time, unsigned units)
{
	char digits[32];

	/* No floating point, whose form depends on the locale. */
	snprintf(digits, sizeof(digits), "%" PRIu64 ".%0*u", time / units,
	    units == 1000 ? 3 : 6, (unsigned)(time % units));
	buffer_text(b, digits);
}

void
buffer_cut(struct buffer *b, size_t n)
{
	b->full = b->room == 0;
	b->n = n;
	if (!b->full)
		b->text[n] = '\0';
}
