/* SPDX-License-Identifier: ISC */
#include "loader/load.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sysexits.h>

#include "common/errbuf.h"
#include "config/config.h"
#include "config/options.h"
#include "config/settings.h"
#include "loader/origin.h"
#include "loader/override.h"
#include "loader/parse.h"
#include "loader/rules.h"
#include "loader/text.h"

enum {
	CHANGES_MAX = 50, /* readings of files that are being written */
	CHANGES_MS = 20,  /* between two of them */
};

int
load_read(struct text *text, const struct options *opt,
    const struct config_found *before, struct errbuf *err)
{
	bool needed = opt->file_given || before->file;
	const char *changed = opt->file;
	int result;

	for (unsigned i = 0; i < CHANGES_MAX; i++) {
		result = text_read(text, opt->file, err);
		if (result == -1 && errno == ENOENT && !needed)
			result = 0;
		if ((changed = inventory_changed(&text->files)) == NULL)
			return result == 0 ? EX_OK : EX_CONFIG;
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
	if (override_apply(config, opt, origins, err) == -1)
		return EX_USAGE;
	return rules_check(config, origins, err) == -1 ? EX_CONFIG : EX_OK;
}
