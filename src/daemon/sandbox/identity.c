/* SPDX-License-Identifier: ISC */
#include "daemon/sandbox/identity.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
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

/* An id cannot be set: explain errno. */
static int
not_ours(const char *kind, unsigned id, struct errbuf *err)
{
	if (errno == EINVAL)
		return errbuf_set(err,
		    "cannot become %s %u: this user namespace does not have it",
		    kind, id);
	return errbuf_sys(err, "cannot become %s %u", kind, id);
}

/*
 * Ids that are right already are not set, because a container may allow none.
 */
static int
become(const struct identity *id, struct errbuf *err)
{
	/* A process that stays root gains nothing by supplementary groups, so
	 * they may stay.  Any other process must have none, not even one with
	 * the number of its own group: in a user namespace it may stand for
	 * another group of the host. */
	if (getgroups(0, NULL) != 0 && setgroups(0, NULL) == -1 && id->uid != 0)
		return errbuf_sys(err, "cannot drop the supplementary groups");
	if (!is_gid(id->gid) && setresgid(id->gid, id->gid, id->gid) == -1)
		return not_ours("gid", id->gid, err);
	if (!is_uid(id->uid) && setresuid(id->uid, id->uid, id->uid) == -1)
		return not_ours("uid", id->uid, err);
	return 0;
}

/* Check that the process is who it should be, and cannot go back. */
static int
prove(const struct identity *id, struct errbuf *err)
{
	if (!is_uid(id->uid) || !is_gid(id->gid))
		return errbuf_set(err, "has not become uid %u and gid %u",
		    (unsigned)id->uid, (unsigned)id->gid);
	if (id->uid == 0)
		return 0;
	if (getgroups(0, NULL) != 0)
		return errbuf_set(err, "still has supplementary groups");
	if (setresuid(0, 0, 0) == 0 || seteuid(0) == 0 ||
	    (id->gid != 0 && setegid(0) == 0))
		return errbuf_set(err, "could become root again");
	return 0;
}

/* Whether this process has any capability.  -1 with errno. */
static int
has_capabilities(void)
{
	struct __user_cap_header_struct self = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = { 0 };
	static const struct __user_cap_data_struct none;

	if (syscall(SYS_capget, &self, sets) == -1)
		return -1;
	for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		if (memcmp(&sets[i], &none, sizeof(none)) != 0)
			return 1;
	return 0;
}

/*
 * A process that is not root may have capabilities by a service manager.  To
 * drop the permitted ones drops the ambient ones, too (capabilities(7)).
 * Without any there is nothing to drop, and the call might be forbidden.
 */
static int
drop_capabilities(struct errbuf *err)
{
	struct __user_cap_header_struct self = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };
	int has = has_capabilities();

	if (has == 0)
		return 0;
	if (has == 1 && syscall(SYS_capset, &self, none) == -1)
		return errbuf_sys(err, "cannot drop the capabilities");
	if (has == -1 || (has = has_capabilities()) == -1)
		return errbuf_sys(err, "cannot read the capabilities");
	return has == 0 ? 0 : errbuf_set(err, "still has capabilities");
}

int
identity_become(const struct identity *id, struct errbuf *err)
{
	bool jail = id->chroot != NULL && id->chroot[0] != '\0';

	if (geteuid() == 0) {
		if (jail && (chroot(id->chroot) == -1 || chdir("/") == -1))
			return errbuf_sys(err, "cannot chroot to %s",
			    id->chroot);
		if (become(id, err) == -1 || prove(id, err) == -1)
			return -1;
	}
	return geteuid() == 0 ? 0 : drop_capabilities(err);
}

bool
identity_may_signal(uid_t uid)
{
	/* Root would get the capabilities of the bounding set by executing a
	 * program. */
	return geteuid() != 0 || uid == 0 ||
	    prctl(PR_CAPBSET_READ, CAP_KILL, 0, 0, 0) != 0;
}
