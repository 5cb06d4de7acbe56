/* SPDX-License-Identifier: ISC */
/*
 * metrics: a table of all metrics, with the place of each in a snapshot.  To
 * add one, add a row, and describe it in echod(8), METRICS.
 */
#ifndef ECHOD_METRICS_H
#define ECHOD_METRICS_H

#include <stddef.h>

/* What the number in the snapshot is; the metric is in seconds. */
enum metric_unit {
	UNIT_ONE, /* no time: it stays as it is */
	UNIT_MS,
	UNIT_US,
};

enum metric_source {
	METRIC_NUMBER,	  /* a number of the snapshot */
	METRIC_KNOWN,	  /* the same, absent if it is 0: unknown */
	METRIC_PROBED,	  /* the same, absent without a probe */
	METRIC_NAMES,	  /* an array, with a label that has these names */
	METRIC_CHOICE,	  /* 1 for the name of the number, 0 for the others */
	METRIC_LISTENER,  /* a number of each listener */
	METRIC_BUILD,	  /* 1, with the version as a label */
	METRIC_ORIGIN,	  /* 1 for each listener, with labels about it */
	METRIC_HISTOGRAM, /* lengths of connections */
};

struct metric {
	const char *name, *type, *help;
	enum metric_source source;
	enum metric_unit unit;
	size_t offset; /* in struct snapshot or struct snapshot_listener */
	const char *label;
	const char *const *names;
	unsigned count;
};

extern const struct metric metrics[];
extern const size_t metrics_count;

#endif
