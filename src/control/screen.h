/* SPDX-License-Identifier: ISC */
/*
 * screen: shows a text in place of the one before on a terminal (ECMA-48).  The
 * cursor stays at its end and nothing has to be restored, however the program
 * ends.
 */
#ifndef ECHOD_SCREEN_H
#define ECHOD_SCREEN_H

#include <stdbool.h>

/*
 * The bytes that show the text on a terminal of this size: lines that are too
 * long are cut, and those for which there are no rows left out.  The first
 * frame clears the screen.  free(3) it; NULL: there is no memory.
 */
char *screen_frame(const char *text, unsigned width, unsigned height,
    bool first);

#endif
