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

/* The columns of a descriptor; 80 if it is no terminal. */
unsigned terminal_width(int fd);

/* The sequence that begins a colour or ends it; "" without colours. */
const char *terminal_colour(const struct terminal *, enum colour);

#endif
