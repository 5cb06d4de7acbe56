/* SPDX-License-Identifier: ISC */
#include "loader/spelling.h"

#include <stdio.h>
#include <string.h>

#include "common/spell.h"
#include "config/settings.h"

/* Of a path, what is before its dot; all of it when there is none. */
static unsigned
group_distance(const char *path, const char *known)
{
	char group[64];

	snprintf(group, sizeof(group), "%.*s", (int)strcspn(known, "."), known);
	return spell_distance(path, group);
}

bool
spelling_nearest(const char *path, char *near, size_t size)
{
	unsigned edits, least = 4;

	for (unsigned i = 0; i < settings_count; i++) {
		const char *known = settings[i].path;
		const char *dot = strchr(known, '.');

		edits = spell_distance(path, known);
		/* Perhaps the group was forgotten, or is another one. */
		if (dot != NULL) {
			const char *last = strrchr(path, '.');
			unsigned e = spell_distance(last != NULL ? last + 1 :
								   path,
			    dot + 1);

			/* Not every short word is like every other. */
			if (e + 1 < edits && e < strlen(dot + 1) - 1)
				edits = e + 1;
		}
		if (edits < least) {
			least = edits;
			snprintf(near, size, "%s", known);
		}
		/* Or it is the name of a group. */
		if (dot == NULL || strchr(path, '.') != NULL)
			continue;
		edits = group_distance(path, known);
		if (edits < least && edits + 1 < strlen(path)) {
			least = edits;
			snprintf(near, size, "%.*s", (int)(dot - known), known);
		}
	}
	return least < 4;
}
