/* SPDX-License-Identifier: ISC */
/*
 * export: the result of a load for programs: a JSON document, CSV with a row
 * an interval.
 */
#ifndef ECHOC_EXPORT_H
#define ECHOC_EXPORT_H

#include <stdio.h>

struct failure;
struct interval;
struct options;
struct destination;
struct result;
struct target;

/*
 * Write the document; r is NULL when the load was never made.
 * Returns -1 with the reason when it cannot be written.
 */
int export_json(const struct destination *, const struct target *,
    const struct options *, const struct result *r,
    const struct failure *outcome, struct failure *);

/* One object on a line, for --json-stream. */
int export_interval(const struct destination *, const struct interval *,
    struct failure *);

/* A header and the rows; r as above. */
void export_csv(FILE *, const struct result *);

#endif
