/* SPDX-License-Identifier: ISC */
/*
 * dump: writes a configuration as a file that loads to the same (echod -T).
 */
#ifndef ECHOD_DUMP_H
#define ECHOD_DUMP_H

#include <stdio.h>

struct config;

/* Write every setting with its value and its help. */
void dump_config(const struct config *, FILE *);

#endif
