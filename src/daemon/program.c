/* SPDX-License-Identifier: ISC */
#include "daemon/program.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

static const struct {
	const char *name; /* in a build */
	const char *installed;
} programs[PROGRAMS] = {
	[PROGRAM_LOADER] = { "echod-load", ECHOD_LOADER },
	[PROGRAM_REPORTER] = { "echod-report", ECHOD_REPORTER },
};

const char *
program_find(enum program program)
{
	static char path[PATH_MAX];

	/* Without /proc take the path that was executed (AT_EXECFN, a
	 * pointer). */
	if (realpath("/proc/self/exe", path) == NULL &&
	    /* NOLINTNEXTLINE(performance-no-int-to-ptr) */
	    realpath((const char *)getauxval(AT_EXECFN), path) == NULL)
		return program_find_from(program, NULL);
	return program_find_from(program, path);
}

const char *
program_find_from(enum program program, const char *self)
{
	static const char sbin[] = ECHOD_SBINDIR "/";
	static char paths[PROGRAMS][2 * PATH_MAX];
	const char *installed = programs[program].installed;
	const char *slash = self != NULL ? strrchr(self, '/') : NULL;
	char *path = paths[program];
	size_t same = 0, folder, tail;

	if (slash == NULL)
		return installed;
	folder = (size_t)(slash + 1 - self);
	snprintf(path, sizeof(paths[0]), "%.*s%s", (int)folder, self,
	    programs[program].name);
	if (access(path, X_OK) == 0)
		return path;
	/* Skip what the two directories have in common: the prefix may be
	 * another here. */
	for (size_t i = 0; sbin[i] != '\0' && sbin[i] == installed[i]; i++)
		if (sbin[i] == '/')
			same = i;
	tail = strlen(sbin + same);
	if (folder >= tail &&
	    strncmp(self + folder - tail, sbin + same, tail) == 0) {
		snprintf(path, sizeof(paths[0]), "%.*s%s", (int)(folder - tail),
		    self, installed + same);
		if (access(path, X_OK) == 0)
			return path;
	}
	return installed;
}
