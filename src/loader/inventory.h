/* SPDX-License-Identifier: ISC */
/*
 * inventory: the files that a configuration was read from, as they were when
 * they were opened.
 *
 * It tells two moments in which a file is not what somebody means: it has
 * changed while it was read, or it has lost all of its text.  Knows no syntax.
 */
#ifndef ECHOD_INVENTORY_H
#define ECHOD_INVENTORY_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

enum { INVENTORY_FILES = 65 }; /* the first one, and what it includes */

struct inventory {
	unsigned count;
	struct inventory_file {
		char path[PATH_MAX];
		struct stat st;
		bool blank; /* nothing but blanks and comments */
	} files[INVENTORY_FILES];
};

/*
 * Add a file that has just been opened, with what fstat(2) says of it; it is
 * blank until told otherwise.  NULL: there are INVENTORY_FILES already.
 */
struct inventory_file *inventory_add(struct inventory *, const char *path,
    const struct stat *);

/*
 * The path of a file that is not any more what was opened: another file, of
 * another size, or written since; NULL: all are as they were.
 */
const char *inventory_changed(const struct inventory *);

/*
 * A mark of each included file that has text, in any order, and then zeros: 64
 * bits made of its path.
 */
void inventory_mark(const struct inventory *, uint64_t marks[INVENTORY_FILES]);

/* The path of a blank file that has a mark; NULL: there is none. */
const char *inventory_emptied(const struct inventory *,
    const uint64_t marks[INVENTORY_FILES]);

#endif
