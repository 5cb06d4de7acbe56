/* SPDX-License-Identifier: ISC */
/*
 * quote: bytes that came from elsewhere, made harmless for a terminal.
 */
#ifndef ECHOC_QUOTE_H
#define ECHOC_QUOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * Print what is printable ASCII as it is, and with utf8 what is a whole
 * character of UTF-8 and no control character; each other byte as \xNN.
 */
void quote_print(FILE *, const unsigned char *, size_t, bool utf8);

/* VERB "BYTES" and a newline, on stderr: a line of a transcript. */
void quote_line(const char *verb, const void *, size_t, bool utf8);

/* "54 68 69 73": at most n bytes in hex; text has 3 * n bytes. */
void quote_hex(const unsigned char *, size_t n, char *text);

/*
 * Replace \n \r \t \0 \\ and \xNN in place; returns the length, or -1 where
 * a backslash begins none of these (*bad is its offset).
 */
long quote_unescape(char *text, size_t *bad);

#endif
