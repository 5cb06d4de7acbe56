/* SPDX-License-Identifier: ISC */
/*
 * exposition: a snapshot as metrics, in the text format 0.0.4 of Prometheus.
 * echod(8), METRICS, says what each of them means.
 */
#ifndef ECHOD_EXPOSITION_H
#define ECHOD_EXPOSITION_H

#include <stddef.h>

struct snapshot;

/* The content type of such a text over HTTP, on which Prometheus insists. */
#define EXPOSITION_TYPE "text/plain; version=0.0.4; charset=utf-8"

enum { EXPOSITION_TEXT = 1024 * 1024 }; /* no text is longer */

/*
 * Write the text of all metrics.  Returns its length, without the NUL at its
 * end; 0: the room is less than EXPOSITION_TEXT, and was not enough.
 */
size_t exposition_write(const struct snapshot *, char *, size_t room);

#endif
