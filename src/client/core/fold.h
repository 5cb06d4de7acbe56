/* SPDX-License-Identifier: ISC */
/*
 * fold: breaks a text into lines that fit a terminal of 80 columns.
 */
#ifndef ECHOC_FOLD_H
#define ECHOC_FOLD_H

#include <stddef.h>
#include <stdio.h>

/* The longest line, and the longest text of fold_print(), in bytes. */
enum { FOLD_COLUMNS = 79, FOLD_TEXT = 2048 };

/*
 * Break a text at blanks, or a longer word after a comma, into lines of
 * FOLD_COLUMNS bytes, indented but for the first.  Returns `buf`.
 */
char *fold_text(const char *text, unsigned indent, char *buf, size_t size);

/* Write a text so, printf(3) fashion, and a newline, in one write(2). */
void fold_print(FILE *, unsigned indent, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
