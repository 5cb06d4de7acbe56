/* SPDX-License-Identifier: ISC */
#include "client/core/terminal.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "client/options.h"
#include "common/clock.h"
#include "common/output.h"

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
terminal_look(struct terminal *t, const struct options *opt)
{
	const char *type = getenv("TERM");

	setlocale(LC_CTYPE, "");
	t->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	t->out = isatty(STDOUT_FILENO) == 1;
	t->err = isatty(STDERR_FILENO) == 1;
	t->moves = type != NULL && type[0] != '\0' && strcmp(type, "dumb") != 0;
	t->colour = wants_colour(t, opt->color);
}

unsigned
terminal_width(int fd)
{
	struct winsize size;

	if (ioctl(fd, TIOCGWINSZ, &size) == -1 || size.ws_col == 0)
		return 80;
	return size.ws_col;
}

const char *
terminal_colour(const struct terminal *t, enum colour colour)
{
	static const char *const codes[] = {
		[COLOUR_NONE] = "\033[0m",
		[COLOUR_BAD] = "\033[31m",
	};

	return t->colour ? codes[colour] : "";
}

void
progress_init(struct progress *p, const struct options *opt,
    const struct terminal *t, int64_t now)
{
	*p = (struct progress){
		.drawn = opt->progress == PROGRESS_AUTO && !opt->quiet &&
		    t->err && t->moves,
		.next = now + 500 * CLOCK_MS,
	};
}

bool
progress_is_due(const struct progress *p, int64_t now)
{
	return p->drawn && now >= p->next;
}

void
progress_draw(struct progress *p, int64_t now, const char *text)
{
	unsigned width = terminal_width(STDERR_FILENO);

	fprintf(output_error(), "\r%.*s\033[K",
	    (int)(width > 1 ? width - 1 : 1), text);
	p->visible = true;
	p->next = now + 250 * CLOCK_MS;
}

void
progress_erase(struct progress *p)
{
	if (!p->visible)
		return;
	fputs("\r\033[K", output_error());
	p->visible = false;
}
