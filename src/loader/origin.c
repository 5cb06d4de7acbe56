/* SPDX-License-Identifier: ISC */
#include "loader/origin.h"

#include <string.h>

#include "common/errbuf.h"
#include "config/settings.h"

int
origin_blame(const struct origin *origins, const char *path, struct errbuf *err)
{
	const struct origin *at = &origins[settings_find(path) - settings];

	switch (at->from) {
	case ORIGIN_FILE:
		return errbuf_prefix(err, "%s:%u: %s: ", at->file, at->line,
		    path);
	case ORIGIN_OPTION:
		if (strcmp(path, "listen") == 0)
			return errbuf_prefix(err, "-l: ");
		return errbuf_prefix(err, "-o %s: ", path);
	default:
		return errbuf_prefix(err, "%s: ", path);
	}
}
