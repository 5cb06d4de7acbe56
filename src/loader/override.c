/* SPDX-License-Identifier: ISC */
#include "loader/override.h"

#include <stdio.h>
#include <string.h>

#include "common/errbuf.h"
#include "config/config.h"
#include "config/options.h"
#include "config/settings.h"
#include "loader/origin.h"

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
			strcpy(listen->port, CONFIG_PORT);
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

int
override_apply(struct config *config, const struct options *opt,
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
