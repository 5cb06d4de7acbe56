/* SPDX-License-Identifier: ISC */
/*
 * screen: a text over the one before, on a terminal (ECMA-48).  The cursor stays
 * at its end and nothing has to be restored, however the program ends.
 */
#ifndef ECHOD_SCREEN_H
#define ECHOD_SCREEN_H

#include <stdbool.h>

/*
 * What shows the text on a terminal of this size: lines that are too long, and
 * those that do not fit below, are cut.  The first one clears the screen.  free(3)
 * it; NULL: there is no memory.
 */
char *screen_frame(const char *text, unsigned width, unsigned height,
    bool first);

#endif
