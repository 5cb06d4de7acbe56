/* SPDX-License-Identifier: ISC */
/*
 * setting: reads the lines in which echod tells its configuration
 * (dump_lines()), and writes them in the form of a file for people.
 */
#ifndef ECHOD_SETTING_H
#define ECHOD_SETTING_H

#include <stdbool.h>
#include <stdio.h>

enum setting_line_type {
	LINE_INTEGER,
	LINE_SECONDS,
	LINE_STRING,
	LINE_LIST,    /* without its items, which follow */
	LINE_ADDRESS, /* of a list */
	LINE_NETWORK, /* of a list */
};

struct setting_line {
	char group[64]; /* "": it is in none */
	char key[64];
	enum setting_line_type type;
	char port[64];	  /* of an address */
	char value[1200]; /* longer than any that echod has */
};

/*
 * Take the next line from *text.  Lines that are no settings, or of an unknown
 * type, are skipped.  False if there is none.
 */
bool setting_next(const char **text, struct setting_line *);

/* Write all lines as a configuration file that has the same effect. */
void setting_print(const char *text, FILE *);

#endif
