/* SPDX-License-Identifier: ISC */
/*
 * units: parses numbers with units.  The whole text must be the number, and it
 * must be within the bounds of the caller; nothing overflows.
 */
#ifndef ECHOD_UNITS_H
#define ECHOD_UNITS_H

#include <stddef.h>
#include <stdint.h>

struct errbuf;

/* Parse a decimal integer; -1 with the reason in err, as all of these. */
int units_integer(const char *text, int64_t min, int64_t max, int64_t *value,
    struct errbuf *);

/* Seconds ("30", "0.25") to milliseconds, rounded up; so are the bounds. */
int units_seconds(const char *text, int64_t min, int64_t max, int64_t *ms,
    struct errbuf *);

/*
 * Parse a duration into nanoseconds, rounded up: a decimal number with ns, us,
 * ms, s, m or h, in seconds without a unit ("250us", "1.5", "2m").  The bounds
 * are in nanoseconds.
 */
int units_duration(const char *text, int64_t min, int64_t max, int64_t *ns,
    struct errbuf *);

/* A whole number of bytes, with k, m or g (either case): powers of 1024. */
int units_size(const char *text, int64_t min, int64_t max, int64_t *bytes,
    struct errbuf *);

/*
 * A count or a rate, with k, m or g (either case) for powers of 1000.  "1.5k"
 * is 1500; a result that is not whole is an error.
 */
int units_count(const char *text, int64_t min, int64_t max, int64_t *count,
    struct errbuf *);

/* Format milliseconds as seconds without trailing zeros: "30", "0.25". */
void units_seconds_text(int64_t ms, char *, size_t);

#endif
