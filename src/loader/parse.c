/* SPDX-License-Identifier: ISC */
#include "config/config.h"

#include <errno.h>
#include <libconfig.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/errbuf.h"
#include "config/options.h"
#include "config/settings.h"
#include "loader/override.h"
#include "loader/text.h"

enum {
	CHANGES_MAX = 50, /* readings of a file that is being written */
	CHANGES_MS = 20,  /* between two of them */
};

/* One reading of the configuration, in the loader. */
struct reading {
	struct config *config;
	const char *file;
	struct config_origin *origins; /* parallel to settings[] */
	struct errbuf *err;
};

/* Text that was read from memory has no file of its own. */
static void
file_of(const struct reading *r, const char *file, char *buf, size_t size)
{
	if (file == NULL)
		snprintf(buf, size, "%s", r->file);
	else
		text_path(r->file, file, buf, size);
}

/* The reason is in r->err: put the place and the setting in front. */
static int
blame(const struct reading *r, const config_setting_t *node, const char *path)
{
	char file[CONFIG_PATH];

	file_of(r, config_setting_source_file(node), file, sizeof(file));
	return errbuf_prefix(r->err, "%s:%u: %s: ", file,
	    config_setting_source_line(node), path);
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
	errbuf_set(r->err, "is %s, but %s is wanted", type_name(node), wanted);
	return blame(r, node, path);
}

static bool
is_whole(const config_setting_t *node)
{
	return config_setting_type(node) == CONFIG_TYPE_INT ||
	    config_setting_type(node) == CONFIG_TYPE_INT64;
}

/* A number or string as text; false when it is something else. */
static bool
scalar_text(const config_setting_t *node, char *buf, size_t size)
{
	if (is_whole(node))
		snprintf(buf, size, "%lld", config_setting_get_int64(node));
	else if (config_setting_type(node) == CONFIG_TYPE_FLOAT)
		snprintf(buf, size, "%.12g", config_setting_get_float(node));
	else
		return false;
	return true;
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
read_port(struct reading *r, const config_setting_t *node, char *port)
{
	const char *text;
	char number[64];

	if ((text = config_setting_get_string(node)) == NULL) {
		if (!is_whole(node))
			return wrong_type(r, node, "listen.port",
			    "a number or the name of a service");
		scalar_text(node, number, sizeof(number));
		text = number;
	}
	if (addr_check_port(text, r->err) == -1)
		return blame(r, node, "listen.port");
	strcpy(port, text);
	return 0;
}

static int
read_listen_entry(struct reading *r, const config_setting_t *entry,
    struct config_listen *listen)
{
	const char *name, *text;

	strcpy(listen->port, CONFIG_PORT);
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
		strcpy(listen->address, text);
	}
	if (config_setting_get_member(entry, "address") == NULL) {
		errbuf_set(r->err, "an entry has no address");
		return blame(r, entry, "listen");
	}
	return 0;
}

/* Messages name the file of the list. */
static unsigned
entry_line(const config_setting_t *list, const config_setting_t *entry)
{
	const char *a = config_setting_source_file(list);
	const char *b = config_setting_source_file(entry);

	return config_setting_source_line(
	    a == b || (a != NULL && b != NULL && strcmp(a, b) == 0) ? entry :
								      list);
}

static int
read_listen(struct reading *r, const config_setting_t *node)
{
	struct config *config = r->config;
	int n = config_setting_length(node);

	if (!config_setting_is_list(node))
		return wrong_type(r, node, "listen",
		    "a list ( { address = \"...\"; port = ...; } )");
	if (n == 0 || n > CONFIG_LISTEN) {
		errbuf_set(r->err, "%d addresses (1 to %d are possible)", n,
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
		config->listen[i].line = entry_line(node, entry);
	}
	return 0;
}

static int
read_setting(struct reading *r, const struct setting *s,
    const config_setting_t *node)
{
	struct config_origin *origin = &r->origins[s - settings];
	const char *text = config_setting_get_string(node);
	char number[64];

	origin->from = ORIGIN_FILE;
	origin->line = config_setting_source_line(node);
	file_of(r, config_setting_source_file(node), origin->file,
	    sizeof(origin->file));
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
		if (!scalar_text(node, number, sizeof(number)))
			return wrong_type(r, node, s->path,
			    "a number of seconds");
		break;
	case SETTING_STRING:
	case SETTING_CHOICE:
		if (text == NULL)
			return wrong_type(r, node, s->path, "a string");
		break;
	}
	if (text == NULL) {
		scalar_text(node, number, sizeof(number));
		text = number;
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

static int
read_text(struct reading *r, const char *text)
{
	config_t tree;
	int result, back;

	if (text_enter(r->file, &back, r->err) == -1)
		return -1;
	config_init(&tree);
	result = config_read_string(&tree, text);
	if (text_leave(back, r->err) == -1) {
		result = -1;
	} else if (result == CONFIG_TRUE) {
		result = read_group(r, config_root_setting(&tree), "");
	} else {
		char file[CONFIG_PATH];

		file_of(r, config_error_file(&tree), file, sizeof(file));
		result = errbuf_set(r->err, "%s:%d: %s", file,
		    config_error_line(&tree), config_error_text(&tree));
	}
	config_destroy(&tree);
	return result;
}

static int
read_once(struct reading *r, struct inventory *files, bool needed)
{
	int result = 0;
	char *text;

	memset(r->origins, 0, settings_count * sizeof(r->origins[0]));
	settings_defaults(r->config);
	text = text_read(r->file, files, r->err);
	r->config->from_file = text != NULL;
	if (text != NULL)
		result = read_text(r, text);
	else if (errno != ENOENT || needed)
		result = -1;
	free(text);
	for (unsigned i = 0; i < settings_count; i++)
		r->config->has_settings |= r->origins[i].from == ORIGIN_FILE;
	inventory_mark(files, r->config->with_text);
	return result;
}

/*
 * libconfig opens the included files itself, and so could see others than we
 * have looked through.
 */
static int
read_steady(struct reading *r, struct inventory *files, bool needed)
{
	const char *changed;
	int result;

	for (unsigned i = 0; i < CHANGES_MAX; i++) {
		result = read_once(r, files, needed);
		if ((changed = inventory_changed(files)) == NULL)
			return result;
		(void)poll(NULL, 0, CHANGES_MS);
	}
	return errbuf_set(r->err, "%s changes while it is read", changed);
}

/* An editor may empty a file before it writes to it. */
static int
refuse_emptied(const struct reading *r, const struct inventory *files,
    const struct config *now)
{
	const char *path;

	if (now->has_settings && !r->config->has_settings)
		return errbuf_set(r->err,
		    "%s has no setting any more; if that is meant, restart "
		    "echod to use the defaults",
		    r->file);
	if ((path = inventory_emptied(files, now->with_text)) != NULL)
		return errbuf_set(r->err,
		    "%s says nothing any more; if that is meant, do not "
		    "include it",
		    path);
	return 0;
}

int
config_load(struct config *config, const struct options *opt,
    const struct config *now, struct config_origin *origins, struct errbuf *err)
{
	static struct inventory files;
	struct reading r = { config, opt->file, origins, err };
	bool needed = opt->file_given || (now != NULL && now->from_file);

	if (read_steady(&r, &files, needed) == -1)
		return EX_CONFIG;
	if (now != NULL && refuse_emptied(&r, &files, now) == -1)
		return EX_CONFIG;
	if (override_apply(config, opt, origins, err) == -1)
		return EX_USAGE;
	if (settings_check(config, origins, err) == -1)
		return EX_CONFIG;
	return EX_OK;
}
