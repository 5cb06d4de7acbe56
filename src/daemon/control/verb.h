/* SPDX-License-Identifier: ISC */
/*
 * verb: the requests that the master understands.
 *
 * A request is a line of one word.  An answer is lines of text and then either
 * "ok" or "error STATUS TEXT", with a status of sysexits(3).
 *
 * To add one: a row here, a case in answer.c, a paragraph in echod(8); for
 * operators a row in control/arguments.c, and a paragraph in echodctl(8).
 */
#ifndef ECHOD_VERB_H
#define ECHOD_VERB_H

#include <stddef.h>

struct errbuf;

/* What a caller may do. */
enum control_right { CONTROL_READ = 1, CONTROL_CHANGE = 2 };

enum verb_id {
	VERB_CONFIG,
	VERB_DRAIN,
	VERB_HELP,
	VERB_LISTENERS,
	VERB_METRICS,
	VERB_RELOAD,
	VERB_STATUS,
	VERB_STOP,
	VERB_UPGRADE,
	VERB_VERSION,
	VERB_WORKERS,
};

struct verb {
	const char *name;
	enum verb_id id;
	enum control_right right; /* that a caller needs */
	const char *help;
};

/* The row with this index; NULL after the last row. */
const struct verb *verb_row(size_t index);

/*
 * The verb of a line of n bytes; blanks around it, and a carriage return, count
 * for nothing.  NULL: there is none, and err says what is wrong.
 */
const struct verb *verb_read(const char *line, size_t n, struct errbuf *err);

#endif
