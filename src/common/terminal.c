/* SPDX-License-Identifier: ISC */
#include "common/terminal.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static bool
has(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0';
}

static bool
wants_colour(const struct terminal *t, int when)
{
	const char *force = getenv("CLICOLOR_FORCE");

	if (when != WHEN_AUTO)
		return when == WHEN_ALWAYS;
	if (has("NO_COLOR"))
		return false;
	if (force != NULL && force[0] != '\0' && strcmp(force, "0") != 0)
		return true;
	return t->out && t->moves;
}

void
terminal_look(struct terminal *t, int colour)
{
	const char *type = getenv("TERM");

	setlocale(LC_CTYPE, "");
	t->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	t->out = isatty(STDOUT_FILENO) == 1;
	t->err = isatty(STDERR_FILENO) == 1;
	t->moves = type != NULL && type[0] != '\0' && strcmp(type, "dumb") != 0;
	t->colour = wants_colour(t, colour);
}

unsigned
terminal_width(int fd)
{
	struct winsize size;

	if (ioctl(fd, TIOCGWINSZ, &size) == -1 || size.ws_col == 0)
		return 80;
	return size.ws_col;
}

unsigned
terminal_height(int fd)
{
	struct winsize size;

	if (ioctl(fd, TIOCGWINSZ, &size) == -1 || size.ws_row == 0)
		return 24;
	return size.ws_row;
}

const char *
terminal_colour(const struct terminal *t, enum colour colour)
{
	static const char *const codes[] = {
		[COLOUR_NONE] = "\033[0m",
		[COLOUR_BAD] = "\033[31m",
		[COLOUR_WARN] = "\033[33m",
		[COLOUR_GOOD] = "\033[32m",
		[COLOUR_STRONG] = "\033[1m",
		[COLOUR_FAINT] = "\033[2m",
	};

	return t->colour ? codes[colour] : "";
}
