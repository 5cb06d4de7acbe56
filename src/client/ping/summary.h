/* SPDX-License-Identifier: ISC */
/*
 * summary: the account of ping, as text and as members of its JSON.
 */
#ifndef ECHOC_SUMMARY_H
#define ECHOC_SUMMARY_H

#include <stdio.h>

#include "client/core/document.h"

struct stats;
struct options;
struct target;

/* "LABEL min/avg/max/mdev = ..." of an account that has times. */
void summary_rtt(FILE *, const struct stats *, const char *label);

/* The last lines. */
void summary_text(FILE *, const struct options *, const struct target *,
    const struct stats *);

/* The same, but how the run ended, into an object. */
void summary_members(json_t *, const struct options *, const struct stats *);

#endif
