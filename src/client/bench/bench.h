/* SPDX-License-Identifier: ISC */
/*
 * bench: a load from its first connection to its report.  Plans it, starts
 * the threads, watches them, and has the result shown.
 */
#ifndef ECHOC_BENCH_H
#define ECHOC_BENCH_H

struct failure;
struct options;
struct destination;
struct target;
struct terminal;

/* Returns -1 with the failure. */
int bench_run(struct target *, const struct options *, struct destination *,
    const struct terminal *, struct failure *);

#endif
