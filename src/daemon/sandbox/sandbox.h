/* SPDX-License-Identifier: ISC */
/*
 * sandbox: everything that a process which strangers talk to gives up, in one
 * fixed order, for good.  Each step is checked: a process in which one fails
 * must not serve.
 */
#ifndef ECHOD_SANDBOX_H
#define ECHOD_SANDBOX_H

#include "daemon/sandbox/identity.h"
#include "daemon/sandbox/role.h"

struct errbuf;

struct sandbox {
	int choice; /* enum sandbox_choice of config.h */
	enum role role;
	struct identity identity;
};

/*
 * Whether the choice can be had here: -1 with the reason if not; and 1, with the
 * reason, if it is one that does without what is missing.
 */
int sandbox_available(int choice, struct errbuf *);

/*
 * Before processes of these roles (ROLE_BIT) are forked, or this one becomes one
 * of them.  Returns as sandbox_available(); also -1 with errno ENOMEM for lack
 * of memory.
 */
int sandbox_prepare(int choice, unsigned roles, const struct role_descriptors *,
    struct errbuf *);

/*
 * In the child, after it has closed what it must not have (descriptors.h) and
 * opened what it needs: limits, root directory, groups, ids, capabilities, no
 * core dump and no tracer of its own user, no_new_privs, Landlock, filter.
 * With SANDBOX_OFF only what has been possible for forty years, and
 * no_new_privs.  Returns -1 with the reason.
 */
int sandbox_enter(const struct sandbox *, struct errbuf *);

#endif
