/* SPDX-License-Identifier: ISC */
/*
 * dump: writes a configuration as a file that has the same effect (echod -T).
 */
#ifndef ECHOD_DUMP_H
#define ECHOD_DUMP_H

#include <stdio.h>

struct config;

/* Write every setting with its value and its help. */
void dump_config(const struct config *, FILE *);

/*
 * Print it for another program, a line for each setting: "setting PATH TYPE
 * VALUE", where the type is integer, seconds, string or list.  A list has no
 * value, and its items follow: "setting PATH network NETWORK", or "setting
 * listen address PORT ADDRESS".  The last part goes to the end of the line, and
 * may be empty.
 */
void dump_lines(const struct config *, FILE *);

#endif
