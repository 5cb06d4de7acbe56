/* SPDX-License-Identifier: ISC */
/*
 * identity: changes the user, the groups, the root directory and the
 * capabilities of a process, and checks each step.  No other module changes
 * them.
 */
#ifndef ECHOD_IDENTITY_H
#define ECHOD_IDENTITY_H

#include <stdbool.h>
#include <sys/types.h>

struct errbuf;

/* Whom to become; only root can become another user. */
struct identity {
	uid_t uid;
	gid_t gid;
	const char *chroot; /* "" or NULL: none */
};

/*
 * Change the root directory, drop the supplementary groups, change the group
 * and the user; then drop all capabilities, and check by what the kernel says
 * that nothing is left and that there is no way back (setresuid(2)).  Without
 * root only the capabilities are dropped.  Ids that are right already are not
 * set, and a process that stays root may keep its groups and capabilities,
 * because some containers allow neither to be changed.  Returns -1 with the
 * reason in err.
 */
int identity_become(const struct identity *, struct errbuf *);

/* Whether we may signal processes of this user, as root needs CAP_KILL. */
bool identity_may_signal(uid_t);

#endif
