/* SPDX-License-Identifier: ISC */
#include "loader/load.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "common/errbuf.h"
#include "config/config.h"
#include "config/options.h"
#include "config/settings.h"
#include "loader/origin.h"
#include "loader/parse.h"
#include "loader/rules.h"
#include "loader/text.h"

enum {
	CHANGES_MAX = 50, /* how often changing files are read */
	CHANGES_MS = 20,  /* between two readings */
};

/* The exit status of a reading that has failed with this errno. */
static int
status_of(int error)
{
	switch (error) {
	case EIO:
	case EMFILE:
	case ENFILE:
	case ENOMEM:
		/* This is the fault of the system, and not of the file. */
		return EX_OSERR;
	default:
		return EX_CONFIG;
	}
}

int
load_read(struct text *text, const struct options *opt,
    const struct config_found *before, struct errbuf *err)
{
	bool needed = opt->file_given || before->file;
	const char *changed = opt->file;
	int result, status;

	for (unsigned i = 0; i < CHANGES_MAX; i++) {
		result = text_read(text, opt->file, err);
		if (result == -1 && errno == ENOENT && !needed)
			result = 0;
		status = result == 0 ? EX_OK : status_of(errno);
		if ((changed = inventory_changed(&text->files)) == NULL)
			return status;
		(void)poll(NULL, 0, CHANGES_MS);
	}
	errbuf_set(err, "%s changes while it is read", changed);
	return EX_CONFIG;
}

/* An editor may empty a file before it writes to it. */
static int
refuse_emptied(const struct text *text, const struct config_found *now,
    const struct options *opt, const struct config_found *before,
    struct errbuf *err)
{
	const char *path;

	if (before->settings && !now->settings)
		return errbuf_set(err,
		    "%s has no setting any more; if that is meant, restart "
		    "echod to use the defaults",
		    opt->file);
	if ((path = inventory_emptied(&text->files, before->with_text)) != NULL)
		return errbuf_set(err,
		    "%s says nothing any more; if that is meant, do not "
		    "include it",
		    path);
	return 0;
}

/* -l replaces `listen`. */
static int
take_listen(struct config *config, const struct options *opt,
    struct origin *origins, struct errbuf *err)
{
	if (opt->listen_count == 0)
		return 0;
	memset(config->listen, 0, sizeof(config->listen));
	config->listen_count = opt->listen_count;
	for (unsigned i = 0; i < opt->listen_count; i++) {
		struct config_listen *listen = &config->listen[i];

		if (addr_split(opt->listen[i], listen->address, listen->port,
			err) == -1)
			return errbuf_prefix(err, "-l ");
		if (listen->port[0] == '\0')
			snprintf(listen->port, sizeof(listen->port), "%s",
			    CONFIG_PORT);
	}
	origins[settings_find("listen") - settings].from = ORIGIN_OPTION;
	return 0;
}

/* -o KEY=VALUE; options_read() has checked the "=". */
static int
take_override(struct config *config, const char *text, struct origin *origins,
    struct errbuf *err)
{
	const struct setting *s;
	const char *value = strchr(text, '=') + 1;
	char path[64], near[64];
	bool close;

	snprintf(path, sizeof(path), "%.*s", (int)(value - 1 - text), text);
	if ((s = settings_find(path)) == NULL) {
		close = settings_nearest(path, near, sizeof(near));
		return errbuf_set(err, "-o %s: unknown setting%s%s%s", path,
		    close ? "; did you mean " : "", close ? near : "",
		    close ? "?" : "");
	}
	if (settings_assign(config, s, value, err) == -1)
		return errbuf_prefix(err, "-o %s: ", path);
	origins[s - settings].from = ORIGIN_OPTION;
	return 0;
}

/* What -F, -d and -p stand for. */
static int
take_flags(struct config *config, const struct options *opt,
    struct origin *origins, struct errbuf *err)
{
	char pid_file[PATH_MAX + sizeof("pid_file=")];

	if (opt->foreground &&
	    (take_override(config, "log.to=stderr", origins, err) == -1 ||
		take_override(config, "pid_file=", origins, err) == -1))
		return -1;
	if (opt->debug &&
	    take_override(config, "log.level=debug", origins, err) == -1)
		return -1;
	if (opt->pid_file == NULL)
		return 0;
	snprintf(pid_file, sizeof(pid_file), "pid_file=%s", opt->pid_file);
	return take_override(config, pid_file, origins, err);
}

/* The command line; the reason in err begins with the option. */
static int
take_options(struct config *config, const struct options *opt,
    struct origin *origins, struct errbuf *err)
{
	/* The flags come first, so that -o can change what they set. */
	if (take_listen(config, opt, origins, err) == -1 ||
	    take_flags(config, opt, origins, err) == -1)
		return -1;
	for (unsigned i = 0; i < opt->override_count; i++)
		if (take_override(config, opt->override[i], origins, err) == -1)
			return -1;
	return 0;
}

int
load_config(struct config *config, const struct text *text,
    const struct options *opt, const struct config_found *before,
    struct origin *origins, struct errbuf *err)
{
	struct config_found *now = &config->found;

	memset(origins, 0, settings_count * sizeof(origins[0]));
	settings_defaults(config);
	if (parse_text(config, text, origins, err) == -1)
		return EX_CONFIG;
	now->file = text->files.count > 0;
	for (unsigned i = 0; i < settings_count; i++)
		now->settings |= origins[i].from == ORIGIN_FILE;
	inventory_mark(&text->files, now->with_text);
	if (refuse_emptied(text, now, opt, before, err) == -1)
		return EX_CONFIG;
	if (take_options(config, opt, origins, err) == -1)
		return EX_USAGE;
	return rules_check(config, origins, err) == -1 ? EX_CONFIG : EX_OK;
}
