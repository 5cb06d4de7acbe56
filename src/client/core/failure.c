/* SPDX-License-Identifier: ISC */
#include "client/core/failure.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void note(struct failure *, enum outcome, int error, const char *fmt,
    va_list) __attribute__((format(printf, 4, 0)));

/* The old text may be an argument, so the new one is made beside it. */
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

void
failure_of_writing(struct failure *f, const struct failure *writing)
{
	if (writing->outcome != OUTCOME_OK && f->outcome != OUTCOME_MISMATCH)
		*f = *writing;
}

const char *
failure_kind(enum outcome outcome)
{
	static const char *const kinds[] = {
		[OUTCOME_OK] = "ok",
		[OUTCOME_NEGATIVE] = "negative",
		[OUTCOME_USAGE] = "usage",
		[OUTCOME_RESOLVE] = "resolve",
		[OUTCOME_CONNECT] = "connect",
		[OUTCOME_TIMEOUT] = "timeout",
		[OUTCOME_MISMATCH] = "mismatch",
		[OUTCOME_ENDED] = "ended_early",
		[OUTCOME_LIMIT] = "limit",
		[OUTCOME_INTERRUPTED] = "interrupted",
	};

	return kinds[outcome];
}
