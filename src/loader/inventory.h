/* SPDX-License-Identifier: ISC */
/*
 * inventory: the files that a configuration was read from.
 *
 * It detects a file that changed while it was read, and one that has lost all
 * of its text since the load before: both are most likely being written.
 */
#ifndef ECHOD_INVENTORY_H
#define ECHOD_INVENTORY_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "config/config.h"

struct inventory {
	unsigned count;
	struct inventory_file {
		char path[PATH_MAX];
		struct stat st;
		bool blank; /* nothing but blanks and comments */
	} files[CONFIG_FILES];
};

/* Add a file that has just been opened, and is blank.  There must be room. */
struct inventory_file *inventory_add(struct inventory *, const char *path,
    const struct stat *);

/* The path of a file that has changed since it was opened, or NULL. */
const char *inventory_changed(const struct inventory *);

/* A hash of the path of each included file that has text, and then zeros. */
void inventory_mark(const struct inventory *, uint64_t marks[CONFIG_FILES]);

/* The path of a blank file that has a mark; NULL: there is none. */
const char *inventory_emptied(const struct inventory *,
    const uint64_t marks[CONFIG_FILES]);

#endif
