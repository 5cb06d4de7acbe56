/* SPDX-License-Identifier: ISC */
#include "daemon/control/place.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/errbuf.h"
#include "config/config.h"
#include "config/trust.h"

enum { BACKLOG = 16 };

_Static_assert((int)PLACE_PATH == (int)CONFIG_CONTROL,
    "the bound of control.path");

static int
socket_at(struct sockaddr_un *addr, const char *path)
{
	*addr = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(addr->sun_path, sizeof(addr->sun_path), "%s", path);
	return socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/* Whether a process listens to the socket with this path. */
static bool
is_heard(const char *path)
{
	struct sockaddr_un addr;
	int fd = socket_at(&addr, path);
	bool refused = fd != -1 &&
	    connect(fd, (struct sockaddr *)&addr, sizeof(addr)) == -1 &&
	    errno == ECONNREFUSED;

	if (fd != -1)
		close(fd);
	return !refused;
}

/* Check that the path is free, or that the file there may be replaced. */
static int
check_free(const char *path, bool take_over, struct errbuf *err)
{
	struct stat st;

	if (lstat(path, &st) == -1)
		return errno == ENOENT ? 0 : errbuf_sys(err, "%s", path);
	if (!S_ISSOCK(st.st_mode))
		return errbuf_set(err, "%s exists and is no socket", path);
	if (st.st_uid != geteuid())
		return errbuf_set(err, "%s belongs to uid %u", path,
		    (unsigned)st.st_uid);
	if (!take_over && is_heard(path))
		return errbuf_set(err, "%s is in use by another process", path);
	return 0;
}

/*
 * Bind at `beside` and listen, for the owner, and for a group if there is one.
 */
static int
bind_beside(struct place *p, const char *beside, struct errbuf *err)
{
	struct sockaddr_un addr;
	struct stat st;
	mode_t before;
	int bound;

	if ((p->fd = socket_at(&addr, beside)) == -1)
		return errbuf_sys(err, "cannot make a socket");
	before = umask(0177);
	bound = bind(p->fd, (struct sockaddr *)&addr, sizeof(addr));
	(void)umask(before);
	if (bound == -1)
		return errbuf_sys(err, "cannot bind %s", beside);
	if (p->group != (gid_t)-1 &&
	    (lchown(beside, (uid_t)-1, p->group) == -1 ||
		chmod(beside, 0660) == -1))
		return errbuf_sys(err, "cannot give %s to group %u", beside,
		    (unsigned)p->group);
	if (listen(p->fd, BACKLOG) == -1 || lstat(beside, &st) == -1)
		return errbuf_sys(err, "%s", beside);
	p->device = st.st_dev;
	p->inode = st.st_ino;
	return 0;
}

int
place_open(struct place *p, const char *path, gid_t group, bool take_over,
    struct errbuf *err)
{
	struct errbuf warning = { .text = "" };
	char beside[PLACE_PATH + PLACE_NEW];

	p->fd = -1;
	p->group = group;
	snprintf(p->path, sizeof(p->path), "%s", path);
	snprintf(beside, sizeof(beside), "%s.new", p->path);
	if (strcmp(p->path, path) != 0)
		return errbuf_set(err, "%s is longer than %d bytes", path,
		    PLACE_PATH - 1);
	if (check_free(path, take_over, err) == -1 ||
	    check_free(beside, false, err) == -1)
		return -1;
	/* Remove what an echod has left that was killed at this point. */
	(void)unlink(beside);
	if (geteuid() == 0 && trust_file(beside, -1, &warning, err) == -1)
		return -1;
	if (bind_beside(p, beside, err) == 0) {
		if (rename(beside, path) == 0)
			return 0;
		errbuf_sys(err, "cannot rename %s", beside);
	}
	if (p->fd != -1) {
		(void)unlink(beside);
		close(p->fd);
	}
	p->fd = -1;
	return -1;
}

bool
place_is_ours(const struct place *p)
{
	struct stat st;

	return p->fd != -1 && lstat(p->path, &st) == 0 &&
	    st.st_dev == p->device && st.st_ino == p->inode;
}

void
place_close(struct place *p)
{
	if (place_is_ours(p))
		(void)unlink(p->path);
	if (p->fd != -1)
		close(p->fd);
	p->fd = -1;
}
