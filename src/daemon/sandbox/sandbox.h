/* SPDX-License-Identifier: ISC */
/*
 * sandbox: has a process that strangers talk to give up everything that it does
 * not need, in a fixed order, for good.  Each step is checked: a process in
 * which one fails must not serve.
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
 * Whether this choice of the setting `sandbox` is possible here.  Returns 0; -1
 * with the reason if not; or 1 with the reason if filters are missing, but the
 * choice allows that.
 */
int sandbox_available(int choice, struct errbuf *);

/*
 * Prepare for processes of these roles (ROLE_BIT), before they are forked or
 * this process becomes one of them.  Returns what sandbox_available() returns;
 * also -1 with errno ENOMEM for lack of memory.
 */
int sandbox_prepare(int choice, unsigned roles, const struct role_descriptors *,
    struct errbuf *);

/*
 * In the child, after it has closed what it must not have (descriptors.h) and
 * opened what it needs: limits, root directory, groups, ids, capabilities, no
 * core dump and no tracer of its own user, no_new_privs, Landlock, filter.
 * With SANDBOX_OFF there are only root directory, groups, ids, capabilities and
 * no_new_privs.  Returns -1 with the reason.
 */
int sandbox_enter(const struct sandbox *, struct errbuf *);

#endif
