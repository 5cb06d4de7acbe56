/* SPDX-License-Identifier: ISC */
/*
 * export: the result of a load as JSON, or as CSV with a row for each interval.
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

/* r is NULL when the load could not begin.  Returns -1 if writing fails. */
int export_json(const struct destination *, const struct target *,
    const struct options *, const struct result *r,
    const struct failure *outcome, struct failure *);

/* Write an interval as an object on one line, for --json-stream. */
int export_interval(const struct destination *, const struct interval *,
    struct failure *);

/* Write a header and the rows; r as above. */
void export_csv(FILE *, const struct result *);

#endif
