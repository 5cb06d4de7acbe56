/* SPDX-License-Identifier: ISC */
/*
 * table: prints workers and listeners as tables for people, with rates and
 * bars.
 */
#ifndef ECHOD_TABLE_H
#define ECHOD_TABLE_H

#include <stdint.h>
#include <stdio.h>

struct snapshot;
struct snapshot_worker;
struct terminal;

/* Two looks at the service, for the rates between them. */
struct looks {
	const struct snapshot *now;
	const struct snapshot *before; /* NULL: there was none */
	double seconds;		       /* between them */
};

/* The rate of a counter, in units a second; negative: unknown. */
double table_rate(const struct looks *, uint64_t now, uint64_t before);

/*
 * Print a bar of `cells` characters, of which `full` and `half` of `whole` are
 * full and half full.  A part that is not 0 has at least one character.
 */
void table_bar(FILE *, const struct terminal *, unsigned cells, uint64_t full,
    uint64_t half, uint64_t whole);

void table_listeners(FILE *, const struct terminal *, const struct looks *);
void table_workers(FILE *, const struct snapshot_worker *, unsigned count);

#endif
