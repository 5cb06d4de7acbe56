/* SPDX-License-Identifier: ISC */
#include "control/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/setting.h"
#include "snapshot/fields.h"
#include "snapshot/snapshot.h"

/* A text from outside; bytes that are no UTF-8 become '?'. */
static json_t *
text_of(const char *text)
{
	json_t *string = json_string(text);
	char *plain;

	if (string != NULL || (plain = strdup(text)) == NULL)
		return string;
	for (char *c = plain; *c != '\0'; c++)
		if ((unsigned char)*c >= 0x80)
			*c = '?';
	string = json_string(plain);
	free(plain);
	return string;
}

/* The member of this name, which is made if it is not there. */
static json_t *
member(json_t *object, const char *name)
{
	json_t *found = json_object_get(object, name);

	if (found == NULL) {
		json_object_set_new(object, name, json_object());
		found = json_object_get(object, name);
	}
	return found;
}

static json_t *
document(void)
{
	json_t *all = json_object();

	json_object_set_new(all, "schema", json_integer(JSON_SCHEMA));
	return all;
}

static void
set_field(json_t *object, const struct field *field, const char *base)
{
	const uint64_t *number = (const uint64_t *)(const void *)(base +
	    field->offset);

	switch (field->kind) {
	case FIELD_NUMBER:
		json_object_set_new(object, field->key,
		    json_integer((json_int_t)*number));
		break;
	case FIELD_NUMBERS:
		for (unsigned i = 0; i < field->count; i++)
			json_object_set_new(object, field->names[i],
			    json_integer((json_int_t)number[i]));
		break;
	case FIELD_NAME:
		json_object_set_new(object, field->key,
		    text_of(*number < field->count ? field->names[*number] :
						     "unknown"));
		break;
	case FIELD_TEXT:
		json_object_set_new(object, field->key,
		    text_of(base + field->offset));
	}
}

/* One record that has all fields of the list. */
static json_t *
record_of(const struct field_list *list, const void *base)
{
	json_t *object = json_object();

	for (unsigned i = 0; i < list->count; i++)
		set_field(object, &list->field[i], base);
	return object;
}

static json_t *
listeners_of(const struct snapshot *s)
{
	json_t *array = json_array();

	for (unsigned i = 0; i < s->listener_count; i++)
		json_array_append_new(array,
		    record_of(&fields_listener, &s->listener[i]));
	return array;
}

json_t *
json_status(const struct snapshot *s)
{
	const struct field_list *list = &fields_snapshot;
	json_t *all = document();

	json_object_set_new(all, "version", text_of(s->version));
	for (unsigned i = 0; i < list->count; i++)
		set_field(member(all, list->field[i].record), &list->field[i],
		    (const char *)s);
	json_object_set_new(all, "listeners", listeners_of(s));
	return all;
}

json_t *
json_listeners(const struct snapshot *s)
{
	json_t *all = document();

	json_object_set_new(all, "listeners", listeners_of(s));
	return all;
}

json_t *
json_workers(const struct snapshot *s, const struct snapshot_worker *worker,
    unsigned count)
{
	json_t *all = document(), *array = json_array();

	json_object_set_new(all, "version", text_of(s->version));
	for (unsigned i = 0; i < count; i++)
		json_array_append_new(array,
		    record_of(&fields_worker, &worker[i]));
	json_object_set_new(all, "workers", array);
	return all;
}

static json_t *
value_of(const struct setting_line *line)
{
	json_t *address;

	switch (line->type) {
	case LINE_INTEGER:
		return json_integer(strtoll(line->value, NULL, 10));
	case LINE_SECONDS:
		/* A real number only if it has to be one. */
		return strchr(line->value, '.') == NULL ?
		    json_integer(strtoll(line->value, NULL, 10)) :
		    json_real(strtod(line->value, NULL));
	case LINE_LIST:
		return json_array();
	case LINE_ADDRESS:
		address = json_object();
		json_object_set_new(address, "address", text_of(line->value));
		json_object_set_new(address, "port", text_of(line->port));
		return address;
	case LINE_STRING:
	case LINE_NETWORK:
		break;
	}
	return text_of(line->value);
}

json_t *
json_config(const char *lines)
{
	json_t *all = document(), *config = member(all, "config"), *group;
	struct setting_line line;

	while (setting_next(&lines, &line)) {
		group = line.group[0] != '\0' ? member(config, line.group) :
						config;
		if (line.type == LINE_ADDRESS || line.type == LINE_NETWORK)
			json_array_append_new(json_object_get(group, line.key),
			    value_of(&line));
		else
			json_object_set_new(group, line.key, value_of(&line));
	}
	return all;
}

json_t *
json_version(const char *line)
{
	json_t *all = document();
	const char *number = strchr(line, ' ');

	json_object_set_new(all, "version",
	    json_stringn(number != NULL ? number + 1 : line,
		strcspn(number != NULL ? number + 1 : line, "\n")));
	json_object_set_new(all, "echodctl", text_of(PACKAGE_VERSION));
	return all;
}

json_t *
json_outcome(int status, const char *sentence)
{
	json_t *all = document();

	json_object_set_new(all, "status", json_integer(status));
	json_object_set_new(all, "text", text_of(sentence));
	return all;
}

char *
json_text(json_t *all, bool one_line)
{
	char *text = json_dumps(all, one_line ? JSON_COMPACT : JSON_INDENT(2)),
	     *grown;
	size_t n = text != NULL ? strlen(text) : 0;

	json_decref(all);
	if (text == NULL || (grown = realloc(text, n + 2)) == NULL) {
		free(text);
		return NULL;
	}
	grown[n] = '\n';
	grown[n + 1] = '\0';
	return grown;
}
