/* SPDX-License-Identifier: ISC */
/*
 * transcript: what the tutorial's clients print, line by line, on stderr.
 */
#ifndef ECHOC_TRANSCRIPT_H
#define ECHOC_TRANSCRIPT_H

#include "client/core/terminal.h"

struct failure;
struct options;
struct destination;
struct target;

/*
 * Send one message and show it and its echo.  Each piece that is shown is
 * full, so that the lines do not depend on how TCP cut the stream.
 * Returns -1 with the failure.
 */
int transcript_run(struct target *, const struct options *,
    struct destination *, const struct terminal *, struct failure *);

#endif
