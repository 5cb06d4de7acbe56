/* SPDX-License-Identifier: ISC */
/*
 * glance: the service at a glance, for people.
 */
#ifndef ECHOD_GLANCE_H
#define ECHOD_GLANCE_H

#include <stdio.h>

struct looks;
struct terminal;

/* Print it; with bars if it is for a terminal, which has so many columns. */
void glance_print(FILE *, const struct terminal *, unsigned width,
    const struct looks *);

#endif
