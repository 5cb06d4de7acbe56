/* SPDX-License-Identifier: ISC */
/*
 * confine: gives up what a child must not have, for good; each step is checked.
 * No other file changes ids.
 */
#ifndef ECHOD_CONFINE_H
#define ECHOD_CONFINE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct errbuf;

/* The user to become; only root can become another user. */
struct confine_user {
	uid_t uid;
	gid_t gid;
	const char *chroot; /* "" or NULL: none */
};

/* Name this process "echod:ROLE" for ps(1); 15 bytes at most in all. */
void confine_name(const char *role);

/* Close each descriptor that is not listed; 0 to 2 become /dev/null then. */
void confine_descriptors(const int *keep, size_t n);

/*
 * Change the root directory, drop the supplementary groups, change the group
 * and the user, and check that there is no way back (setresuid(2)); set
 * no_new_privs (prctl(2)).  Without root only the last step is done.  Ids that
 * are right are not set, and a process that stays root may keep its groups:
 * some containers allow neither to be changed.
 * Returns -1 with the reason in err.
 */
int confine_identity(const struct confine_user *, struct errbuf *);

/* Whether we may signal processes of this user, as root needs CAP_KILL. */
bool confine_may_signal(uid_t);

/*
 * Ask for a signal when the parent dies, and check that it has not died
 * already.  After confine_identity(), which clears the request.
 */
int confine_parent(pid_t parent, int signo, struct errbuf *);

#endif
