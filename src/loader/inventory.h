/* SPDX-License-Identifier: ISC */
/*
 * inventory: lists the files that a configuration was read from.  It detects a
 * file that has changed while it was read, and one that has lost all its text
 * since the last load: both are most likely just being written.
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

/*
 * Add a file that has just been opened; it counts as blank.  There must be
 * room.
 */
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
