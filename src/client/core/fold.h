/* SPDX-License-Identifier: ISC */
/*
 * fold: sentences in lines of 80 columns, which no terminal breaks in the
 * middle of a word.
 */
#ifndef ECHOC_FOLD_H
#define ECHOC_FOLD_H

#include <stddef.h>
#include <stdio.h>

/* The longest line, and room for all that fold_print writes. */
enum { FOLD_COLUMNS = 79, FOLD_TEXT = 2048 };

/*
 * Break a text at blanks, so that no line has more than FOLD_COLUMNS bytes, and
 * indent every line but the first.  A word that is too long for that is broken
 * behind a comma, or not at all.  Returns `buf`, which has as much of it as
 * fits.
 */
char *fold_text(const char *text, unsigned indent, char *buf, size_t size);

/* Write that, printf(3) fashion, and the end of the line, all at once. */
void fold_print(FILE *, unsigned indent, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
