/* SPDX-License-Identifier: ISC */
/*
 * fields: a table with the record and the key that each member of a snapshot
 * has in the text.  To add a member, add its row here: it is written and read
 * then.
 */
#ifndef ECHOD_FIELDS_H
#define ECHOD_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

enum field_kind {
	FIELD_NUMBER,
	FIELD_NUMBERS, /* an array: the keys are the names */
	FIELD_NAME,    /* a number that is written as its name */
	FIELD_TEXT,
};

struct field {
	const char *record;
	const char *key; /* NULL: FIELD_NUMBERS */
	enum field_kind kind;
	bool counter;  /* it never goes down */
	size_t offset; /* of the member in its struct */
	size_t size;   /* of a text */
	const char *const *names;
	unsigned count; /* of names */
};

/* Rows of one record stand together. */
struct field_list {
	const struct field *field;
	unsigned count;
};

/*
 * Add all counters of `from`, an earlier snapshot, to those of `to`.  Both are
 * of the struct that the list is for.
 */
void fields_add(const struct field_list *, void *to, const void *from);

/* Raise each counter of `now` that is less than it was in `last`. */
void fields_floor(const struct field_list *, void *now, const void *last);

extern const struct field_list fields_snapshot; /* of struct snapshot */
extern const struct field_list
    fields_listener;			      /* of struct snapshot_listener */
extern const struct field_list fields_worker; /* of struct snapshot_worker */

#endif
