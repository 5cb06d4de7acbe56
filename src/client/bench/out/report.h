/* SPDX-License-Identifier: ISC */
/*
 * report: the result of a load for people.
 */
#ifndef ECHOC_REPORT_H
#define ECHOC_REPORT_H

#include <stdio.h>

struct failure;
struct options;
struct result;
struct target;
struct terminal;

/* Before the load: who, how, how much. */
void report_head(FILE *, const struct target *, const struct result *);

/* After it: all that was measured, and what was wrong. */
void report_print(FILE *, const struct result *, const struct terminal *);

/* The charts, where they are wanted. */
void report_chart(FILE *, const struct result *, const struct terminal *);

#endif
