/* SPDX-License-Identifier: ISC */
/*
 * exchange: sends a request to the master of an echod, and receives the answer.
 */
#ifndef ECHOD_EXCHANGE_H
#define ECHOD_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/errbuf.h"

struct answer {
	char *text; /* the lines before the last one, and a NUL */
	size_t n;
	int status;	   /* EX_OK, or of sysexits(3) as echod says */
	struct errbuf why; /* with another status: what has failed */
};

/*
 * Send a request and wait for the whole answer, at most timeout_ms between two
 * parts of it (0: without a limit).  Returns EX_OK if echod has answered, even
 * with an error; then the answer is to be freed.  Otherwise an exit status with
 * the reason in err.
 */
int exchange(const char *path, const char *request, int64_t timeout_ms,
    struct answer *, struct errbuf *err);

void exchange_free(struct answer *);

/* Parse a whole answer of n bytes.  -1 if it is none. */
int exchange_parse(char *bytes, size_t n, struct answer *);

#endif
