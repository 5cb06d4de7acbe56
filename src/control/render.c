/* SPDX-License-Identifier: ISC */
#include "control/render.h"

#include <stdlib.h>
#include <string.h>

#include "control/setting.h"
#include "snapshot/json.h"

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
value_of(const struct setting_line *line)
{
	json_t *address;

	switch (line->type) {
	case LINE_INTEGER:
		return json_integer(strtoll(line->value, NULL, 10));
	case LINE_SECONDS:
		/* Write an integer unless there is a fraction. */
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
render_config(const char *lines)
{
	json_t *all = json_document(), *config = member(all, "config"), *group;
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
render_version(const char *line)
{
	json_t *all = json_document();
	const char *number = strchr(line, ' ');

	json_object_set_new(all, "version",
	    json_stringn(number != NULL ? number + 1 : line,
		strcspn(number != NULL ? number + 1 : line, "\n")));
	json_object_set_new(all, "echodctl", text_of(PACKAGE_VERSION));
	return all;
}

json_t *
render_outcome(int status, const char *sentence)
{
	json_t *all = json_document();

	json_object_set_new(all, "status", json_integer(status));
	json_object_set_new(all, "text", text_of(sentence));
	return all;
}

json_t *
render_member(const char *name, json_t *value)
{
	json_t *all = json_document();

	json_object_set_new(all, name, value);
	return all;
}
