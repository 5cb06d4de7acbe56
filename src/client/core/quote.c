/* SPDX-License-Identifier: ISC */
#include "client/core/quote.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "common/output.h"

/* The bytes of the character there, 0 when it is not to be shown. */
static size_t
character(const unsigned char *bytes, size_t n, bool utf8)
{
	mbstate_t state = { 0 };
	wchar_t wide;
	size_t length;

	if (bytes[0] < 0x80)
		return bytes[0] >= 0x20 && bytes[0] != 0x7f;
	if (!utf8)
		return 0;
	length = mbrtowc(&wide, (const char *)bytes, n, &state);
	/* What has no width may turn the direction of all that follows. */
	if (length > n || length == 0 || !iswprint((wint_t)wide) ||
	    wcwidth(wide) <= 0)
		return 0;
	return length;
}

void
quote_print(FILE *f, const unsigned char *bytes, size_t n, bool utf8)
{
	size_t length;

	for (; n > 0; bytes += length, n -= length) {
		length = character(bytes, n, utf8);
		if (length > 0) {
			fwrite(bytes, 1, length, f);
		} else {
			fprintf(f, "\\x%02x", bytes[0]);
			length = 1;
		}
	}
}

void
quote_line(const char *verb, const void *bytes, size_t n, bool utf8)
{
	char *text = NULL;
	size_t length = 0;
	FILE *line = open_memstream(&text, &length);
	/* One write(2) for a line: others may write to the same file. */
	FILE *f = line != NULL ? line : output_error();

	fprintf(f, "%s \"", verb);
	quote_print(f, bytes, n, utf8);
	fputs("\"\n", f);
	if (line == NULL)
		return;
	if (fclose(line) == 0)
		fwrite(text, 1, length, output_error());
	free(text);
}

void
quote_hex(const unsigned char *bytes, size_t n, char *text)
{
	static const char digits[] = "0123456789abcdef";

	text[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			*text++ = ' ';
		*text++ = digits[bytes[i] >> 4];
		*text++ = digits[bytes[i] & 15];
		*text = '\0';
	}
}

static int
digit(char c)
{
	if (!isxdigit((unsigned char)c))
		return -1;
	return isdigit((unsigned char)c) ? c - '0' : (c | 0x20) - 'a' + 10;
}

long
quote_unescape(char *text, size_t *bad)
{
	static const char names[] = "nrt0\\", values[] = "\n\r\t\0\\";
	char *to = text;

	for (const char *from = text; *from != '\0'; from++) {
		const char *name;

		if (*from != '\\') {
			*to++ = *from;
			continue;
		}
		*bad = (size_t)(from - text);
		from++;
		if (*from == 'x' && digit(from[1]) >= 0 &&
		    digit(from[2]) >= 0) {
			*to++ = (char)(digit(from[1]) << 4 | digit(from[2]));
			from += 2;
			continue;
		}
		name = *from != '\0' ? strchr(names, *from) : NULL;
		if (name == NULL)
			return -1;
		*to++ = values[name - names];
	}
	return to - text;
}
