/* SPDX-License-Identifier: ISC */
#include "loader/inventory.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct inventory_file *
inventory_add(struct inventory *inv, const char *path, const struct stat *st)
{
	struct inventory_file *file = &inv->files[inv->count++];

	snprintf(file->path, sizeof(file->path), "%s", path);
	file->st = *st;
	file->blank = true;
	return file;
}

static bool
same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

const char *
inventory_changed(const struct inventory *inv)
{
	for (unsigned i = 0; i < inv->count; i++) {
		const struct stat *was = &inv->files[i].st;
		struct stat is;

		/* Compare st_ctim, for utimensat(2) can set st_mtim to an old
		 * time. */
		if (stat(inv->files[i].path, &is) == -1 ||
		    is.st_dev != was->st_dev || is.st_ino != was->st_ino ||
		    is.st_size != was->st_size ||
		    !same_time(&is.st_mtim, &was->st_mtim) ||
		    !same_time(&is.st_ctim, &was->st_ctim))
			return inv->files[i].path;
	}
	return NULL;
}

/* FNV-1a; never 0. */
static uint64_t
mark_of(const char *path)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *path != '\0'; path++)
		hash = (hash ^ (unsigned char)*path) * 0x100000001b3;
	return hash != 0 ? hash : 1;
}

void
inventory_mark(const struct inventory *inv, uint64_t marks[CONFIG_FILES])
{
	unsigned n = 0;

	memset(marks, 0, CONFIG_FILES * sizeof(marks[0]));
	for (unsigned i = 1; i < inv->count; i++)
		if (!inv->files[i].blank)
			marks[n++] = mark_of(inv->files[i].path);
}

const char *
inventory_emptied(const struct inventory *inv,
    const uint64_t marks[CONFIG_FILES])
{
	for (unsigned i = 1; i < inv->count; i++) {
		const struct inventory_file *file = &inv->files[i];
		uint64_t mark = mark_of(file->path);

		for (unsigned k = 0; file->blank && k < CONFIG_FILES; k++)
			if (marks[k] == mark)
				return file->path;
	}
	return NULL;
}
