/* SPDX-License-Identifier: ISC */
#include "control/screen.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define HOME "\033[H"
#define CLEAR "\033[2J"
#define CLEAR_LINE "\033[K"
#define CLEAR_BELOW "\033[J"
#define PLAIN "\033[0m"

/* The bytes of the character, or of the sequence that changes the colour. */
static size_t
length_of(const char *c)
{
	size_t n = 1;

	if (c[0] == '\033')
		return strcspn(c, "m\n") + (c[strcspn(c, "m\n")] == 'm');
	/* UTF-8: what begins with the bits 10 goes on. */
	while (((unsigned char)c[n] & 0xc0) == 0x80)
		n++;
	return n;
}

/* Write one line, without its newline, in at most so many columns. */
static const char *
put_line(const char *line, unsigned width, FILE *out)
{
	unsigned column = 0;
	bool coloured = false;
	size_t n;

	for (; *line != '\0' && *line != '\n'; line += n) {
		n = length_of(line);
		if (line[0] == '\033')
			coloured = true;
		else if (column++ >= width)
			continue;
		fwrite(line, 1, n, out);
	}
	if (coloured)
		fputs(PLAIN, out);
	return *line == '\n' ? line + 1 : line;
}

char *
screen_frame(const char *text, unsigned width, unsigned height, bool first)
{
	char *frame = NULL;
	size_t n;
	FILE *out = open_memstream(&frame, &n);

	if (out == NULL)
		return NULL;
	fputs(first ? HOME CLEAR : HOME, out);
	/* The last row is the cursor's: a newline there would scroll. */
	for (unsigned row = 1; *text != '\0' && row < height; row++) {
		text = put_line(text, width, out);
		fputs(CLEAR_LINE "\n", out);
	}
	fputs(CLEAR_BELOW, out);
	return fclose(out) == 0 ? frame : NULL;
}
