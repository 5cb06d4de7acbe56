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

/* Before the load: the server, and what the load will be. */
void report_head(FILE *, const struct target *, const struct result *);

/* After the load: what was measured, and what was wrong. */
void report_print(FILE *, const struct result *, const struct terminal *);

/* The histogram, if the options and the terminal ask for it. */
void report_chart(FILE *, const struct result *, const struct terminal *);

#endif
