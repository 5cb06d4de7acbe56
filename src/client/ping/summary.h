/* SPDX-License-Identifier: ISC */
/*
 * summary: the stats of ping, as text and as members of its JSON.
 */
#ifndef ECHOC_SUMMARY_H
#define ECHOC_SUMMARY_H

#include <stdio.h>

#include "client/core/document.h"

struct stats;
struct options;
struct target;

/* Print "LABEL min/avg/max/mdev = ...", without a newline. */
void summary_rtt(FILE *, const struct stats *, const char *label);

/* Print the last lines of a run. */
void summary_text(FILE *, const struct options *, const struct target *,
    const struct stats *);

/* Add the stats to an object of JSON. */
void summary_members(json_t *, const struct options *, const struct stats *);

#endif
