/* SPDX-License-Identifier: ISC */
/*
 * terminal: what a terminal can show.  Only here the environment is read.
 */
#ifndef ECHOC_TERMINAL_H
#define ECHOC_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>

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

/* A line on standard error, redrawn in place, only on a terminal. */
struct progress {
	bool drawn;   /* there is a terminal, and the user wants it */
	bool visible; /* there is a line to erase */
	int64_t next; /* clock_ns() of the next drawing */
};

/* Nothing is drawn in the first half second after `now`, by clock_ns(). */
void progress_init(struct progress *, const struct options *,
    const struct terminal *, int64_t now);

/* Whether it is time to draw; it is at most four times a second. */
bool progress_is_due(const struct progress *, int64_t now);

/* Draw the text, as far as the terminal is wide, over the one before. */
void progress_draw(struct progress *, int64_t now, const char *text);

/* Clear the line, until it is drawn again. */
void progress_erase(struct progress *);

#endif
