/* SPDX-License-Identifier: ISC */
/*
 * terminal: what the user looks at: whether it is a terminal, how wide, with
 * which characters and colours.  The only file that reads the environment.
 */
#ifndef ECHOC_TERMINAL_H
#define ECHOC_TERMINAL_H

#include <stdbool.h>

struct options;

enum colour { COLOUR_NONE, COLOUR_BAD };

struct terminal {
	bool out;    /* stdout is one */
	bool err;    /* stderr is one */
	bool moves;  /* it can redraw a line: TERM is not "dumb" */
	bool utf8;   /* of the locale */
	bool colour; /* on stdout */
};

/*
 * Look once, after the options are known: isatty(3), TERM, NO_COLOR,
 * CLICOLOR_FORCE, and LC_CTYPE, the only part of the locale that is ever set:
 * numbers keep their dot.
 */
void terminal_look(struct terminal *, const struct options *);

/* Columns of the terminal of stdout, and of stderr; 80 when it is none. */
unsigned terminal_width(void);
unsigned terminal_error_width(void);

/* What begins and ends a colour, "" without colours. */
const char *terminal_colour(const struct terminal *, enum colour);

#endif
