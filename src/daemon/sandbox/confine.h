/* SPDX-License-Identifier: ISC */
/*
 * confine: gives up what a child must not have.  Irrevocable, in a fixed
 * order, each step checked.  The only file that changes ids.
 */
#ifndef ECHOD_CONFINE_H
#define ECHOD_CONFINE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct errbuf;

/* Whom to become; only root can become anybody. */
struct confine_user {
	uid_t uid;
	gid_t gid;
	const char *chroot; /* "" or NULL: none */
};

/*
 * Name this process "echod:ROLE" for ps(1) and its like (PR_SET_NAME in
 * prctl(2)); at most 15 bytes in all, the kernel cuts off the rest.
 */
void confine_name(const char *role);

/*
 * Close every descriptor that is not listed; 0, 1 and 2 become /dev/null
 * when they are not.
 */
void confine_descriptors(const int *keep, size_t n);

/*
 * Lock this process into the directory, drop the supplementary groups, the
 * group and the user, and prove that there is no way back (setresuid(2));
 * set no_new_privs (prctl(2)).  Without root only the last is done.  What is
 * as it should be is left alone, and so are the groups of a process that stays
 * root and may not drop them: a container may allow neither.
 * Returns -1 with the reason in err; the caller must then end.
 */
int confine_identity(const struct confine_user *, struct errbuf *);

/*
 * Whether root may signal processes of this user here: some containers do
 * without CAP_KILL (capabilities(7)).
 */
bool confine_may_signal(uid_t);

/*
 * Ask for a signal when the parent dies, and check that it has not died
 * already.  After confine_identity(), which clears the request.
 */
int confine_parent(pid_t parent, int signo, struct errbuf *);

#endif
