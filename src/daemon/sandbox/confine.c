/* SPDX-License-Identifier: ISC */
#include "daemon/sandbox/confine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "common/errbuf.h"

enum {
	KEEP_MAX = 160,
	FEW = 4096, /* descriptors to try one by one */
};

void
confine_name(const char *role)
{
	char name[16];

	(void)snprintf(name, sizeof(name), "echod:%s", role);
	/* It fails only for an invalid pointer. */
	(void)prctl(PR_SET_NAME, name);
}

static int
by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* Close what is open from first to last. */
static void
close_between(unsigned first, unsigned last)
{
	DIR *dir;
	struct dirent *entry;

#ifdef HAVE_CLOSE_RANGE
	if (close_range(first, last, 0) == 0)
		return;
#endif
	/* The kernel is old, or a filter does not know the call. */
	if ((dir = opendir("/proc/self/fd")) == NULL) {
		/* There is no /proc either. */
		for (unsigned fd = first; fd <= last && fd < FEW; fd++)
			close((int)fd);
		return;
	}
	while ((entry = readdir(dir)) != NULL) {
		unsigned long fd = strtoul(entry->d_name, NULL, 10);

		if (entry->d_name[0] != '.' && fd >= first && fd <= last &&
		    (int)fd != dirfd(dir))
			close((int)fd);
	}
	closedir(dir);
}

void
confine_descriptors(const int *keep, size_t n)
{
	int sorted[KEEP_MAX + 3] = { 0, 1, 2 };
	bool standard[3] = { false, false, false };
	unsigned next = 0;
	int null;

	if (n > KEEP_MAX)
		n = KEEP_MAX;
	for (size_t i = 0; i < n; i++)
		if (keep[i] >= 0 && keep[i] <= 2)
			standard[keep[i]] = true;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = 0; fd <= 2; fd++)
		if (!standard[fd] && null != -1 && null != fd)
			(void)dup2(null, fd);

	memcpy(sorted + 3, keep, n * sizeof(keep[0]));
	n += 3;
	qsort(sorted, n, sizeof(sorted[0]), by_number);
	for (size_t i = 0; i < n; i++) {
		if (sorted[i] < (int)next)
			continue;
		if ((unsigned)sorted[i] > next)
			close_between(next, (unsigned)sorted[i] - 1);
		next = (unsigned)sorted[i] + 1;
	}
	close_between(next, UINT_MAX);
}

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
become(const struct confine_user *user, struct errbuf *err)
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
confine_identity(const struct confine_user *user, struct errbuf *err)
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
confine_may_signal(uid_t uid)
{
	/* Root gets the capabilities of this set by executing a program. */
	return geteuid() != 0 || uid == 0 ||
	    prctl(PR_CAPBSET_READ, CAP_KILL, 0, 0, 0) != 0;
}

int
confine_parent(pid_t parent, int signo, struct errbuf *err)
{
	if (prctl(PR_SET_PDEATHSIG, signo) == -1)
		return errbuf_sys(err, "cannot ask for the parent's death");
	if (getppid() != parent)
		return errbuf_set(err, "the master is gone");
	return 0;
}
