/* SPDX-License-Identifier: ISC */
/*
 * terminal: what a terminal can show.  Only here the environment is read.
 */
#ifndef ECHOD_TERMINAL_H
#define ECHOD_TERMINAL_H

#include <stdbool.h>

/* Whether to do something: at a terminal, always, never. */
enum when { WHEN_AUTO, WHEN_ALWAYS, WHEN_NEVER };

enum colour {
	COLOUR_NONE,
	COLOUR_BAD,
	COLOUR_WARN,
	COLOUR_GOOD,
	COLOUR_STRONG,
	COLOUR_FAINT,
};

struct terminal {
	bool out;    /* stdout is one */
	bool err;    /* stderr is one */
	bool moves;  /* a line can be redrawn: TERM is not "dumb" */
	bool utf8;   /* the characters of the locale */
	bool colour; /* on stdout */
};

/*
 * Colours are as the user wants them (enum when); without a wish, as NO_COLOR and
 * CLICOLOR_FORCE say.  Of the locale only LC_CTYPE is ever set, so that numbers keep
 * their dot.
 */
void terminal_look(struct terminal *, int colour);

/* The columns of a descriptor, and its rows; 80 and 24 if it is no terminal. */
unsigned terminal_width(int fd);
unsigned terminal_height(int fd);

/* The sequence that begins a colour or ends it; "" without colours. */
const char *terminal_colour(const struct terminal *, enum colour);

#endif
