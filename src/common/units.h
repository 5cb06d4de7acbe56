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

/*
 * Parse a decimal integer between min and max, inclusive.
 * Returns -1 with the reason in err ("\"x\" is not a number",
 * "70000 is out of range (0 to 65535)").
 */
int units_integer(const char *text, int64_t min, int64_t max, int64_t *value,
    struct errbuf *);

/*
 * Parse seconds with an optional fraction ("30", "0.25") into milliseconds,
 * rounded up.  The bounds are in milliseconds.
 */
int units_seconds(const char *text, int64_t min, int64_t max, int64_t *ms,
    struct errbuf *);

/*
 * Parse a duration into nanoseconds, rounded up: a decimal number with ns, us,
 * ms, s, m or h, in seconds without a unit ("250us", "1.5", "2m").  The bounds
 * are in nanoseconds.
 */
int units_duration(const char *text, int64_t min, int64_t max, int64_t *ns,
    struct errbuf *);

/*
 * Parse a size in bytes: a whole number, with k, m or g (either case) for
 * powers of 1024.
 */
int units_size(const char *text, int64_t min, int64_t max, int64_t *bytes,
    struct errbuf *);

/*
 * Parse a count or a rate: a decimal number, with k, m or g (either case) for
 * powers of 1000.  "1.5k" is 1500; a result that is not whole is an error.
 */
int units_count(const char *text, int64_t min, int64_t max, int64_t *count,
    struct errbuf *);

/* Format milliseconds as seconds without trailing zeros: "30", "0.25". */
void units_seconds_text(int64_t ms, char *, size_t);

#endif
