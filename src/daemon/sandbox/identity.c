/* SPDX-License-Identifier: ISC */
#include "daemon/sandbox/identity.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "common/errbuf.h"

static bool
is_uid(uid_t uid)
{
	uid_t real, effective, saved;

	return getresuid(&real, &effective, &saved) == 0 && real == uid &&
	    effective == uid && saved == uid;
}

static bool
is_gid(gid_t gid)
{
	gid_t real, effective, saved;

	return getresgid(&real, &effective, &saved) == 0 && real == gid &&
	    effective == gid && saved == gid;
}

/* The id cannot be set, and errno says why. */
static int
not_ours(const char *kind, unsigned id, struct errbuf *err)
{
	if (errno == EINVAL)
		return errbuf_set(err,
		    "cannot become %s %u: this user namespace does not have it",
		    kind, id);
	return errbuf_sys(err, "cannot become %s %u", kind, id);
}

/* Ids that are right are not set: a container may allow none to be set. */
static int
become(const struct identity *user, struct errbuf *err)
{
	/*
	 * A process that stays root gains nothing by its groups.  Any other must
	 * have none, not even one with the number of its own group: in a user
	 * namespace a group of outside looks like that.
	 */
	if (getgroups(0, NULL) != 0 && setgroups(0, NULL) == -1 &&
	    user->uid != 0)
		return errbuf_sys(err, "cannot drop the supplementary groups");
	if (!is_gid(user->gid) &&
	    setresgid(user->gid, user->gid, user->gid) == -1)
		return not_ours("gid", user->gid, err);
	if (!is_uid(user->uid) &&
	    setresuid(user->uid, user->uid, user->uid) == -1)
		return not_ours("uid", user->uid, err);
	if (user->uid != 0 &&
	    (setresuid(0, 0, 0) == 0 || seteuid(0) == 0 ||
		(user->gid != 0 && setegid(0) == 0)))
		return errbuf_set(err, "could become root again");
	return 0;
}

int
identity_become(const struct identity *user, struct errbuf *err)
{
	bool jail = user->chroot != NULL && user->chroot[0] != '\0';

	if (geteuid() == 0) {
		if (jail && (chroot(user->chroot) == -1 || chdir("/") == -1))
			return errbuf_sys(err, "cannot chroot to %s",
			    user->chroot);
		if (become(user, err) == -1)
			return -1;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return errbuf_sys(err, "cannot set no_new_privs");
	return 0;
}

bool
identity_may_signal(uid_t uid)
{
	/* Root gets the capabilities of this set by executing a program. */
	return geteuid() != 0 || uid == 0 ||
	    prctl(PR_CAPBSET_READ, CAP_KILL, 0, 0, 0) != 0;
}
