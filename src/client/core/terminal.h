/* SPDX-License-Identifier: ISC */
/*
 * terminal: what a terminal can show.  Only here the environment is read.
 */
#ifndef ECHOC_TERMINAL_H
#define ECHOC_TERMINAL_H

#include <stdbool.h>

struct options;

enum colour { COLOUR_NONE, COLOUR_BAD };

struct terminal {
	bool out;    /* stdout is one */
	bool err;    /* stderr is one */
	bool moves;  /* a line can be redrawn: TERM is not "dumb" */
	bool utf8;   /* the characters of the locale */
	bool colour; /* on stdout */
};

/* Of the locale only LC_CTYPE is ever set, so that numbers keep their dot. */
void terminal_look(struct terminal *, const struct options *);

/* The columns of stdout, and of stderr; 80 without a terminal. */
unsigned terminal_width(void);
unsigned terminal_error_width(void);

/* The sequence that begins a colour or ends it; "" without colours. */
const char *terminal_colour(const struct terminal *, enum colour);

#endif
