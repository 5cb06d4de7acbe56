/* SPDX-License-Identifier: ISC */
/*
 * caption: what stands above the picture of a load: what was measured, with
 * which outcome, where and when; and words that the report uses as well.
 */
#ifndef ECHOC_CAPTION_H
#define ECHOC_CAPTION_H

#include <stddef.h>
#include <stdint.h>

struct plan;
struct result;
struct target;

enum { CAPTION_LINES = 5, CAPTION_TEXT = 400 };

/* Server, label (may be empty), load, outcome, place; long texts are cut. */
void caption_write(char line[CAPTION_LINES][CAPTION_TEXT],
    const struct target *, const struct result *);

/* Loop, connections, rate or pipeline, and these sizes.  Returns `line`. */
const char *caption_load(char *line, size_t size, const struct plan *,
    const char *sizes);

/* What the latencies are called; a closed loop only has service times. */
const char *caption_latency(const struct result *);

/* "s" for a number that is not 1. */
const char *caption_plural(int64_t);

#endif
