/* SPDX-License-Identifier: ISC */
/*
 * table: workers and listeners as tables for people, and what goes into them.
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

/* A rate in units a second; negative: it is not known. */
double table_rate(const struct looks *, uint64_t now, uint64_t before);

/*
 * A bar of `cells` characters, of which so many shares of `whole` are full, and
 * half full.  What is not 0 is seen.
 */
void table_bar(FILE *, const struct terminal *, unsigned cells, uint64_t full,
    uint64_t half, uint64_t whole);

void table_listeners(FILE *, const struct terminal *, const struct looks *);
void table_workers(FILE *, const struct snapshot_worker *, unsigned count);

#endif
