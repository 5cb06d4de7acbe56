/* SPDX-License-Identifier: ISC */
/*
 * exchange: a request to the master of an echod, and its answer.
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
 * Ask, and wait for all of the answer, at most timeout_ms between two parts of
 * it (0: for ever).  Returns EX_OK when echod has answered, whatever it says,
 * and the answer is to be freed; else an exit status with the reason in err.
 */
int exchange(const char *path, const char *request, int64_t timeout_ms,
    struct answer *, struct errbuf *err);

void exchange_free(struct answer *);

/* Take a whole answer of n bytes apart; -1: it is none. */
int exchange_parse(char *bytes, size_t n, struct answer *);

#endif
