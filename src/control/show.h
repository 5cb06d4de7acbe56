/* SPDX-License-Identifier: ISC */
/*
 * show: sends the request of a command to echod, and makes a text of the
 * answer.
 */
#ifndef ECHOD_SHOW_H
#define ECHOD_SHOW_H

#include <stdbool.h>
#include <stdint.h>

#include "common/errbuf.h"
#include "common/terminal.h"
#include "snapshot/snapshot.h"

struct arguments;

struct show_case {
	const struct arguments *opt;
	struct terminal terminal;
	unsigned width; /* columns */
	/* The looks so far, for rates. */
	struct snapshot now, before;
	int64_t now_ms, before_ms; /* clock_ms(); 0: there was none */
};

/*
 * Ask once.  Returns an exit status, and in *text what to print, or NULL;
 * free(3) it.  If the status is not EX_OK, err has the reason; a text in JSON
 * has it, too.
 */
int show(struct show_case *, char **text, struct errbuf *err);

#endif
