/* SPDX-License-Identifier: ISC */
/*
 * caption: what stands above the picture of a load: what was measured, with
 * which outcome, where and when.
 */
#ifndef ECHOC_CAPTION_H
#define ECHOC_CAPTION_H

struct result;
struct target;

enum { CAPTION_LINES = 5, CAPTION_TEXT = 400 };

/*
 * Lines of printable characters: the server, the label, which is empty if there
 * is none, the load, the outcome, and where and when.  What somebody typed is cut where it is too long.
 */
void caption_write(char line[CAPTION_LINES][CAPTION_TEXT],
    const struct target *, const struct result *);

/* What the latencies of a load are; in a closed loop both times are the same. */
const char *caption_latency(const struct result *);

#endif
