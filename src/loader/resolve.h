/* SPDX-License-Identifier: ISC */
/*
 * resolve: turns the names in a configuration into numbers: host and service
 * names into addresses, user and group names into ids.
 *
 * It asks name services, which can block for long: only the loader may.
 */
#ifndef ECHOD_RESOLVE_H
#define ECHOD_RESOLVE_H

#include <sys/types.h>

struct config;
struct origin;
struct errbuf;

/* The ids that echod was started with; the loader may have given up root. */
struct resolve_starter {
	uid_t uid;
	gid_t gid;
};

/*
 * Fill config->addresses, metrics.at, uid and gid, and check what only the running system
 * can tell.  The line of `listen` in origins becomes that of the last entry.
 * Returns 0, or an exit status of sysexits.h with the reason in err.
 */
int resolve_config(struct config *, const struct resolve_starter *,
    struct origin *origins, struct errbuf *);

#endif
