/* SPDX-License-Identifier: ISC */
#include "client/core/failure.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void note(struct failure *, enum outcome, int error, const char *fmt,
    va_list) __attribute__((format(printf, 4, 0)));

/*
 * The sentence is made beside the old one, which may be among the arguments,
 * and is clean from here on: a name from outside may be part of it.
 */
static void
note(struct failure *failure, enum outcome outcome, int error, const char *fmt,
    va_list ap)
{
	struct failure new = { .outcome = outcome, .error = error };
	size_t used;

	vsnprintf(new.why.text, sizeof(new.why.text), fmt, ap);
	if (error != 0) {
		used = strlen(new.why.text);
		snprintf(new.why.text + used, sizeof(new.why.text) - used,
		    ": %s", strerror(error));
	}
	errbuf_clean(&new.why);
	*failure = new;
}

int
failure_set(struct failure *failure, enum outcome outcome, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	note(failure, outcome, 0, fmt, ap);
	va_end(ap);
	return -1;
}

int
failure_sys(struct failure *failure, enum outcome outcome, const char *fmt, ...)
{
	int saved = errno;
	va_list ap;

	va_start(ap, fmt);
	note(failure, outcome, saved, fmt, ap);
	va_end(ap);
	errno = saved;
	return -1;
}

const char *
failure_kind(enum outcome outcome)
{
	switch (outcome) {
	case OUTCOME_OK:
		return "ok";
	case OUTCOME_NEGATIVE:
		return "negative";
	case OUTCOME_USAGE:
		return "usage";
	case OUTCOME_RESOLVE:
		return "resolve";
	case OUTCOME_CONNECT:
		return "connect";
	case OUTCOME_TIMEOUT:
		return "timeout";
	case OUTCOME_MISMATCH:
		return "mismatch";
	case OUTCOME_ENDED:
		return "ended_early";
	case OUTCOME_LIMIT:
		return "limit";
	case OUTCOME_INTERRUPTED:
		return "interrupted";
	}
	return "negative";
}
