/* SPDX-License-Identifier: ISC */
/*
 * gather: makes a snapshot of the service, for whoever asks the master for it.
 * Nothing is done in advance, so a service that nobody asks pays nothing.
 */
#ifndef ECHOD_GATHER_H
#define ECHOD_GATHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snapshot/snapshot.h"

struct autoscale;
struct generation;
struct listener_set;
struct logger;
struct pool;

/* What is known of nobody else: outcomes, and what was before this master. */
struct gather {
	int64_t started_ms;  /* clock_ms() */
	uint64_t started_at; /* the same by the wall clock, since 1970 */
	struct snapshot_reload reload;
	struct snapshot_upgrade upgrade;
	struct snapshot_probe probe;
	struct snapshot before; /* of the master before an upgrade, or empty */
	struct snapshot told;	/* the last one */
};

/* Where a snapshot is made of. */
struct gather_view {
	enum snapshot_state state;
	struct pool *pool;
	const struct autoscale *autoscale;
	const struct generation *current; /* number 0: there is none */
	const struct listener_set *draining;
	const struct logger *logger;
};

/* The master starts. */
void gather_begin(struct gather *, int64_t now_ms);

/*
 * What the master before this one has counted goes on, as does the time of the
 * first start.  May be called again with a later snapshot of the same master.
 */
void gather_continue(struct gather *, const struct snapshot *before);

/* The start has succeeded: the first configuration is in force. */
void gather_ready(struct gather *);

/* A reload has this outcome; the sentence of the log. */
void gather_reload(struct gather *, bool good, const char *sentence);

/* The same of an upgrade, and of a probe, whose echo took so long. */
void gather_upgrade(struct gather *, bool good, const char *sentence);
void gather_probe(struct gather *, bool good, const char *sentence, int64_t us);

/* All but the rows of workers. */
void gather_snapshot(struct gather *, const struct gather_view *,
    int64_t now_ms, struct snapshot *);

/*
 * The row of a worker.  False: there is none in this entry, of pool->used.  So
 * a long list can be made in parts.
 */
bool gather_worker(const struct pool *, unsigned i, int64_t now_ms,
    struct snapshot_worker *);

#endif
