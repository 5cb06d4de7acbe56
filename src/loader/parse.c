/* SPDX-License-Identifier: ISC */
#include "loader/parse.h"

#include <libconfig.h>
#include <stdio.h>
#include <string.h>

#include "common/errbuf.h"
#include "config/config.h"
#include "config/settings.h"
#include "loader/origin.h"
#include "loader/text.h"

/* One pass through what libconfig made of a text. */
struct reading {
	struct config *config;
	const struct text *text;
	struct origin *origins; /* parallel to settings[] */
	struct errbuf *err;
};

/* Put the place and the setting before the reason in r->err. */
static int
blame(const struct reading *r, const config_setting_t *node, const char *path)
{
	unsigned line = config_setting_source_line(node);
	const char *file = text_place(r->text, &line);

	return errbuf_prefix(r->err, "%s:%u: %s: ", file, line, path);
}

static const char *
type_name(const config_setting_t *node)
{
	switch (config_setting_type(node)) {
	case CONFIG_TYPE_GROUP:
		return "a group { }";
	case CONFIG_TYPE_ARRAY:
		return "an array [ ]";
	case CONFIG_TYPE_LIST:
		return "a list ( )";
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		return "a whole number";
	case CONFIG_TYPE_FLOAT:
		return "a number with a fraction";
	case CONFIG_TYPE_BOOL:
		return "true or false";
	default:
		return "a string";
	}
}

static int
wrong_type(const struct reading *r, const config_setting_t *node,
    const char *path, const char *wanted)
{
	errbuf_set(r->err, "is %s, expected %s", type_name(node), wanted);
	return blame(r, node, path);
}

static bool
is_whole(const config_setting_t *node)
{
	return config_setting_type(node) == CONFIG_TYPE_INT ||
	    config_setting_type(node) == CONFIG_TYPE_INT64;
}

/* A string as it is, a number in buf; NULL when it is something else. */
static const char *
scalar_text(const config_setting_t *node, char *buf, size_t size)
{
	if (is_whole(node))
		snprintf(buf, size, "%lld", config_setting_get_int64(node));
	else if (config_setting_type(node) == CONFIG_TYPE_FLOAT)
		snprintf(buf, size, "%.12g", config_setting_get_float(node));
	else
		return config_setting_get_string(node);
	return buf;
}

static int
read_networks(struct reading *r, const struct setting *s,
    const config_setting_t *node)
{
	if (!config_setting_is_array(node) && !config_setting_is_list(node))
		return wrong_type(r, node, s->path,
		    "an array of strings [ \"NETWORK\" ]");
	settings_clear_networks(r->config, s);
	for (int i = 0; i < config_setting_length(node); i++) {
		const config_setting_t *item = config_setting_get_elem(node,
		    (unsigned)i);
		const char *text = config_setting_get_string(item);

		if (text == NULL)
			return wrong_type(r, item, s->path, "a string");
		if (settings_add_network(r->config, s, text, r->err) == -1)
			return blame(r, item, s->path);
	}
	return 0;
}

static int
read_port(struct reading *r, const config_setting_t *node, char port[ADDR_PORT])
{
	char number[64];
	const char *text = scalar_text(node, number, sizeof(number));

	if (text == NULL || config_setting_type(node) == CONFIG_TYPE_FLOAT)
		return wrong_type(r, node, "listen.port",
		    "a number or the name of a service");
	if (addr_check_port(text, r->err) == -1)
		return blame(r, node, "listen.port");
	snprintf(port, ADDR_PORT, "%s", text);
	return 0;
}

static int
read_listen_entry(struct reading *r, const config_setting_t *entry,
    struct config_listen *listen)
{
	const char *name, *text;

	snprintf(listen->port, sizeof(listen->port), "%s", CONFIG_PORT);
	if (!config_setting_is_group(entry))
		return wrong_type(r, entry, "listen",
		    "a group { address = \"...\"; port = ...; }");
	for (int i = 0; i < config_setting_length(entry); i++) {
		const config_setting_t *item = config_setting_get_elem(entry,
		    (unsigned)i);

		name = config_setting_name(item);
		if (strcmp(name, "port") == 0) {
			if (read_port(r, item, listen->port) == -1)
				return -1;
			continue;
		}
		if (strcmp(name, "address") != 0) {
			errbuf_set(r->err,
			    "unknown key \"%s\" "
			    "(address and port are known)",
			    name);
			return blame(r, item, "listen");
		}
		if ((text = config_setting_get_string(item)) == NULL)
			return wrong_type(r, item, "listen.address",
			    "a string");
		if (strlen(text) >= ADDR_HOST) {
			errbuf_set(r->err, "longer than %d bytes",
			    ADDR_HOST - 1);
			return blame(r, item, "listen.address");
		}
		snprintf(listen->address, sizeof(listen->address), "%s", text);
	}
	if (config_setting_get_member(entry, "address") == NULL) {
		errbuf_set(r->err, "an entry has no address");
		return blame(r, entry, "listen");
	}
	return 0;
}

/* The line of an entry in the file of the list, which messages name. */
static unsigned
entry_line(const struct reading *r, const config_setting_t *list,
    const config_setting_t *entry)
{
	unsigned of_list = config_setting_source_line(list);
	unsigned of_entry = config_setting_source_line(entry);

	return text_place(r->text, &of_list) == text_place(r->text, &of_entry) ?
	    of_entry :
	    of_list;
}

static int
read_listen(struct reading *r, const config_setting_t *node)
{
	struct config *config = r->config;
	int n = config_setting_length(node);

	/* An empty array is as good as an empty list. */
	if (!config_setting_is_list(node) &&
	    !(config_setting_is_array(node) && n == 0))
		return wrong_type(r, node, "listen",
		    "a list ( { address = \"...\"; port = ...; } )");
	if (n > CONFIG_LISTEN) {
		errbuf_set(r->err, "%d addresses (up to %d are possible)", n,
		    CONFIG_LISTEN);
		return blame(r, node, "listen");
	}
	memset(config->listen, 0, sizeof(config->listen));
	config->listen_count = (unsigned)n;
	for (unsigned i = 0; i < config->listen_count; i++) {
		const config_setting_t *entry = config_setting_get_elem(node,
		    i);

		if (read_listen_entry(r, entry, &config->listen[i]) == -1)
			return -1;
		config->listen[i].line = entry_line(r, node, entry);
	}
	return 0;
}

static int
read_setting(struct reading *r, const struct setting *s,
    const config_setting_t *node)
{
	struct origin *origin = &r->origins[s - settings];
	char number[64];
	const char *text = scalar_text(node, number, sizeof(number));
	bool string = config_setting_get_string(node) != NULL;

	origin->from = ORIGIN_FILE;
	origin->line = config_setting_source_line(node);
	origin->file = text_place(r->text, &origin->line);
	switch (s->type) {
	case SETTING_LISTEN:
		return read_listen(r, node);
	case SETTING_NETWORKS:
		return read_networks(r, s, node);
	case SETTING_INTEGER:
		if (!is_whole(node))
			return wrong_type(r, node, s->path, "a whole number");
		break;
	case SETTING_SECONDS:
		if (text == NULL || string)
			return wrong_type(r, node, s->path,
			    "a number of seconds");
		break;
	case SETTING_STRING:
	case SETTING_CHOICE:
		if (!string)
			return wrong_type(r, node, s->path, "a string");
		break;
	}
	if (settings_assign(r->config, s, text, r->err) == -1)
		return blame(r, node, s->path);
	return 0;
}

static int
unknown(struct reading *r, const config_setting_t *node, const char *path)
{
	char near[128];

	if (settings_nearest(path, near, sizeof(near)))
		errbuf_set(r->err, "unknown setting; did you mean %s?", near);
	else
		errbuf_set(r->err, "unknown setting");
	return blame(r, node, path);
}

/* Walk one group of the file; prefix is "" or "workers.". */
static int
read_group(struct reading *r, const config_setting_t *group, const char *prefix)
{
	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *node = config_setting_get_elem(group,
		    (unsigned)i);
		const struct setting *s;
		char path[128];

		snprintf(path, sizeof(path), "%s%s", prefix,
		    config_setting_name(node));
		if ((s = settings_find(path)) != NULL) {
			if (read_setting(r, s, node) == -1)
				return -1;
			continue;
		}
		if (prefix[0] != '\0' || !settings_is_group(path))
			return unknown(r, node, path);
		if (!config_setting_is_group(node))
			return wrong_type(r, node, path, "a group { }");
		snprintf(path, sizeof(path), "%s.", config_setting_name(node));
		if (read_group(r, node, path) == -1)
			return -1;
	}
	return 0;
}

int
parse_text(struct config *config, const struct text *text,
    struct origin *origins, struct errbuf *err)
{
	struct reading r = { config, text, origins, err };
	config_t tree;
	int result;

	config_init(&tree);
	if (config_read_string(&tree, text->bytes) == CONFIG_TRUE) {
		result = read_group(&r, config_root_setting(&tree), "");
	} else {
		unsigned line = (unsigned)config_error_line(&tree);
		const char *file = text_place(text, &line);

		result = errbuf_set(err, "%s:%u: %s", file, line,
		    config_error_text(&tree));
	}
	config_destroy(&tree);
	return result;
}
