/* SPDX-License-Identifier: ISC */
/*
 * ping: periodic round trips, by the clock and not by the answers.
 */
#ifndef ECHOC_PING_H
#define ECHOC_PING_H

struct failure;
struct options;
struct destination;
struct target;
struct terminal;

/*
 * Until -c, -w or a signal; then the summary.  Returns -1 with the failure:
 * OUTCOME_NEGATIVE when no reply came (or fewer than -c within -w),
 * OUTCOME_MISMATCH when one was corrupt.
 */
int ping_run(struct target *, const struct options *, struct destination *,
    const struct terminal *, struct failure *);

#endif
