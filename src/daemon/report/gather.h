/* SPDX-License-Identifier: ISC */
/*
 * gather: makes a snapshot of the service when it is asked for.  Nothing is
 * done in advance, so it costs nothing if nobody asks.
 */
#ifndef ECHOD_GATHER_H
#define ECHOD_GATHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "snapshot/snapshot.h"

struct autoscale;
struct generation;
struct listener_set;
struct logger;
struct pool;

/* What no other module keeps: outcomes, and the counts of earlier masters. */
struct gather {
	int64_t started_ms;  /* clock_ms() */
	uint64_t started_at; /* the same in milliseconds since 1970 */
	struct snapshot_reload reload;
	struct snapshot_upgrade upgrade;
	struct snapshot_probe probe;
	struct snapshot before; /* of the old master of an upgrade, or empty */
	struct snapshot told;	/* the last snapshot */
};

/* The parts of the master from which a snapshot is made. */
struct gather_view {
	enum snapshot_state state;
	struct pool *pool;
	const struct autoscale *autoscale;
	const struct generation *current; /* number 0: there is none */
	const struct listener_set *draining;
	const struct logger *logger;
	pid_t reporter; /* 0: there is none */
};

/* The master starts. */
void gather_begin(struct gather *, int64_t now_ms);

/*
 * After an upgrade: go on counting from what the old master has counted, and
 * keep the time of the first start.  May be called again with a later snapshot
 * of the same master.
 */
void gather_continue(struct gather *, const struct snapshot *before);

/* The start has succeeded: the first configuration is in force. */
void gather_ready(struct gather *);

/* A reload has ended, with this sentence in the log. */
void gather_reload(struct gather *, bool good, const char *sentence);

/* The same for an upgrade; and for a self-probe, whose echo took `us`. */
void gather_upgrade(struct gather *, bool good, const char *sentence);
void gather_probe(struct gather *, bool good, const char *sentence, int64_t us);

/* Make a snapshot, but for the rows of workers. */
void gather_snapshot(struct gather *, const struct gather_view *,
    int64_t now_ms, struct snapshot *);

/*
 * Make the row of the worker in entry i of the pool.  False if there is none.
 * Rows are made one by one, so that a long list can be sent in parts.
 */
bool gather_worker(const struct pool *, unsigned i, int64_t now_ms,
    struct snapshot_worker *);

#endif
