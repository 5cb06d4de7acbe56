/* SPDX-License-Identifier: ISC */
/*
 * units: numbers as people write them.  Strict: the whole text must be the
 * number, nothing wraps, and the bounds belong to the caller.
 */
#ifndef ECHOD_UNITS_H
#define ECHOD_UNITS_H

#include <stddef.h>
#include <stdint.h>

struct errbuf;

/*
 * Read a decimal integer between min and max, both included.
 * Returns -1 with the reason in err ("\"x\" is not a number",
 * "70000 is out of range (0 to 65535)").
 */
int units_integer(const char *text, int64_t min, int64_t max, int64_t *value,
    struct errbuf *);

/*
 * Read seconds with an optional fraction ("30", "0.25") into milliseconds.
 * The bounds are milliseconds; a positive value never becomes 0.
 */
int units_seconds(const char *text, int64_t min, int64_t max, int64_t *ms,
    struct errbuf *);

/*
 * Read a duration into nanoseconds: a decimal number and one of ns, us, ms, s,
 * m and h, without a unit seconds ("250us", "1.5", "2m").  The bounds are
 * nanoseconds; a positive value never becomes 0.
 */
int units_duration(const char *text, int64_t min, int64_t max, int64_t *ns,
    struct errbuf *);

/*
 * Read a size in bytes: a whole number, and k, m or g (either case) for
 * powers of 1024.
 */
int units_size(const char *text, int64_t min, int64_t max, int64_t *bytes,
    struct errbuf *);

/*
 * Read a count or a rate: a decimal number, and k, m or g (either case) for
 * powers of 1000; "1.5k" is 1500.  What is no whole number is refused.
 */
int units_count(const char *text, int64_t min, int64_t max, int64_t *count,
    struct errbuf *);

/* Write milliseconds as seconds without trailing zeros: "30", "0.25". */
void units_seconds_text(int64_t ms, char *, size_t);

#endif
