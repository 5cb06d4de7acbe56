/* SPDX-License-Identifier: ISC */
#include "snapshot/json.h"

#include <stdlib.h>
#include <string.h>

#include "snapshot/fields.h"
#include "snapshot/snapshot.h"

/* Numbers are signed there. */
static json_t *
number(uint64_t value)
{
	return json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value);
}

/* One member of an object, or several, of the struct at `base`. */
static int
add_field(json_t *object, const struct field *f, const char *base)
{
	const uint64_t *value = (const uint64_t *)(base + f->offset);

	switch (f->kind) {
	case FIELD_NUMBER:
		return json_object_set_new(object, f->key, number(*value));
	case FIELD_NAME:
		return json_object_set_new(object, f->key,
		    json_string(*value < f->count ? f->names[*value] : ""));
	case FIELD_TEXT:
		return json_object_set_new(object, f->key,
		    json_string(base + f->offset));
	case FIELD_NUMBERS:
		for (unsigned i = 0; i < f->count; i++)
			if (json_object_set_new(object, f->names[i],
				number(value[i])) == -1)
				return -1;
		return 0;
	}
	return -1;
}

/* Each record is an object of its own below `parent`. */
static int
add_records(json_t *parent, const struct field_list *list, const char *base)
{
	json_t *record;

	for (unsigned i = 0; i < list->count; i++) {
		const struct field *f = &list->field[i];

		record = json_object_get(parent, f->record);
		if (record == NULL) {
			record = json_object();
			if (json_object_set_new(parent, f->record, record) ==
			    -1)
				return -1;
		}
		if (add_field(record, f, base) == -1)
			return -1;
	}
	return 0;
}

/* Rows of the same kind are an array. */
static json_t *
rows_of(const struct field_list *list, const void *rows, size_t size,
    unsigned count)
{
	json_t *array = json_array(), *row;

	for (unsigned i = 0; i < count; i++) {
		row = json_object();
		for (unsigned j = 0; j < list->count; j++)
			if (add_field(row, &list->field[j],
				(const char *)rows + i * size) == -1) {
				json_decref(row);
				json_decref(array);
				return NULL;
			}
		/* Without an array, or a row, it fails. */
		if (json_array_append_new(array, row) == -1) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

json_t *
json_listeners(const struct snapshot *s)
{
	return rows_of(&fields_listener, s->listener, sizeof(s->listener[0]),
	    s->listener_count);
}

json_t *
json_workers(const struct snapshot_worker *worker, unsigned count)
{
	return rows_of(&fields_worker, worker, sizeof(*worker), count);
}

json_t *
json_document(void)
{
	json_t *root = json_object();

	if (json_object_set_new(root, "schema", json_integer(JSON_SCHEMA)) == 0)
		return root;
	json_decref(root);
	return NULL;
}

json_t *
json_snapshot(const struct snapshot *s)
{
	json_t *root = json_document();

	if (json_object_set_new(root, "version", json_string(s->version)) ==
		0 &&
	    add_records(root, &fields_snapshot, (const char *)s) == 0 &&
	    json_object_set_new(root, "listeners", json_listeners(s)) == 0)
		return root;
	json_decref(root);
	return NULL;
}

char *
json_text(json_t *root, bool one_line)
{
	char *text = NULL, *whole;
	size_t n;

	if (root != NULL)
		text = json_dumps(root,
		    one_line ? JSON_COMPACT : JSON_INDENT(2));
	json_decref(root);
	if (text == NULL)
		return NULL;
	n = strlen(text);
	if ((whole = realloc(text, n + 2)) == NULL) {
		free(text);
		return NULL;
	}
	memcpy(whole + n, "\n", 2);
	return whole;
}

char *
json_write(const struct snapshot *s, const struct snapshot_worker *worker,
    unsigned workers)
{
	json_t *root = json_snapshot(s);

	if (root == NULL || worker == NULL ||
	    json_object_set_new(root, "worker",
		json_workers(worker, workers)) == 0)
		return json_text(root, false);
	json_decref(root);
	return NULL;
}
