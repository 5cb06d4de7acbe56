/* SPDX-License-Identifier: ISC */
/*
 * stamp: the time in front of a log line, as in RFC 3339: local, with
 * milliseconds and the offset from UTC.
 */
#ifndef ECHOD_STAMP_H
#define ECHOD_STAMP_H

#include <time.h>

enum { STAMP_TEXT = 40 }; /* room for a stamp and its NUL */

/*
 * Read the time zone, once for all: the C library would look at /etc/localtime
 * again and again, which a confined process may not, and go on with UTC.
 */
void stamp_read_zone(void);

/*
 * Write "2026-11-22T14:03:07.042+01:00".  The date is computed only once a
 * second.
 */
void stamp_write(const struct timespec *, char text[STAMP_TEXT]);

#endif
