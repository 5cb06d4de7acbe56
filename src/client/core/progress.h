/* SPDX-License-Identifier: ISC */
/*
 * progress: a line on standard error, redrawn in place, only on a terminal.
 */
#ifndef ECHOC_PROGRESS_H
#define ECHOC_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct options;
struct terminal;

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
