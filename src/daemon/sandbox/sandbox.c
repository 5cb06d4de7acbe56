/* SPDX-License-Identifier: ISC */
#include "daemon/sandbox/sandbox.h"

#include <stdbool.h>

#include "common/errbuf.h"
#include "config/config.h"
#include "daemon/sandbox/filter.h"
#include "daemon/sandbox/landlock.h"
#include "daemon/sandbox/limits.h"
#include "daemon/sandbox/process.h"

static const struct limits limits[ROLES] = {
	/* A connection, and one more. */
	[ROLE_WORKER] = { .descriptors = 2 },
	/* The socket of syslog(3), which may be opened again before the old one
	 * is closed.  Standard error may be a file. */
	[ROLE_LOGGER] = { .descriptors = 2, .files = true },
	/* Its clients, and one that is about to come or to go. */
	[ROLE_REPORTER] = { .descriptors = 17 },
};

/* Whether there are filters here; the master finds out before it forks. */
static bool filters;

int
sandbox_available(int choice, struct errbuf *err)
{
	if (choice == SANDBOX_OFF || filter_available(err) == 0)
		return 0;
	if (choice == SANDBOX_BEST_EFFORT)
		return 1;
	return errbuf_prefix(err, "sandbox is \"required\", but ");
}

int
sandbox_prepare(int choice, unsigned roles, const struct role_descriptors *fd,
    struct errbuf *err)
{
	int result = sandbox_available(choice, err);

	filters = choice != SANDBOX_OFF && result == 0;
	return filters ? filter_prepare(roles, fd, err) : result;
}

int
sandbox_enter(const struct sandbox *sandbox, struct errbuf *err)
{
	bool off = sandbox->choice == SANDBOX_OFF;

	if (!off && limits_enter(&limits[sandbox->role], err) == -1)
		return -1;
	if (identity_become(&sandbox->identity, err) == -1)
		return -1;
	if (!off && process_hide(err) == -1)
		return -1;
	if (process_no_new_privs(err) == -1)
		return -1;
	if (!off && landlock_enter(err) == -1)
		return -1;
	return off || !filters ? 0 : filter_install(sandbox->role, err);
}
