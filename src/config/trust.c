/* SPDX-License-Identifier: ISC */
#include "config/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "common/errbuf.h"

enum { LINKS_MAX = 40 }; /* as in path_resolution(7) */

/*
 * A walk along a path, from one open directory to the next.  Each directory is
 * opened, checked and then used, so that nobody can replace it between the
 * check and the use.
 */
struct walk {
	const char *path;    /* as it was given */
	char rest[PATH_MAX]; /* the part still to go */
	int dir;	     /* the present directory; -1: none */
	struct stat dir_st;
	char dir_name[PATH_MAX]; /* without links */
	char name[PATH_MAX];	 /* of the file that was opened last, too */
	unsigned links;
	struct errbuf *warning, *err;
};

/*
 * Whether this uid stands for all users of the host who have no id in this
 * namespace, and for nobody else.
 */
static bool
is_of_host(uid_t uid)
{
	FILE *map = fopen("/proc/self/uid_map", "re");
	unsigned first, count;
	bool known = map == NULL;

	/* The kernel writes numbers that fit. */
	/* NOLINTNEXTLINE(cert-err34-c) */
	while (!known && fscanf(map, "%u %*u %u", &first, &count) == 2)
		known = uid >= first && uid - first < count;
	if (map != NULL)
		(void)fclose(map);
	return !known;
}

static bool
is_roots(const struct stat *st)
{
	return st->st_uid == 0 || is_of_host(st->st_uid);
}

static int
refuse(const struct walk *w, const struct stat *st, const char *what,
    const char *remedy)
{
	bool leads = S_ISDIR(st->st_mode) || S_ISLNK(st->st_mode);

	errbuf_set(w->err, "%s %s (uid %u, gid %u, mode %04o); %s %s", w->name,
	    what, (unsigned)st->st_uid, (unsigned)st->st_gid,
	    (unsigned)st->st_mode & 07777, remedy, w->name);
	if (leads)
		errbuf_prefix(w->err,
		    "%s can be replaced by others: ", w->path);
	errno = EPERM;
	return -1;
}

/*
 * Whether users or groups beside the owner and the group have rights of their
 * own (acl(5)).  Then the mode of the group is the most that any of them has.
 * The way to this name has been checked.
 */
static bool
is_shared(const char *name)
{
	return lgetxattr(name, "system.posix_acl_access", NULL, 0) > 0;
}

/* The owner and the mode of a file or directory. */
static int
judge(struct walk *w, const struct stat *st)
{
	/* With the sticky bit others can make files, but not replace those of
	 * root. */
	bool sticky = S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX) != 0;

	if (!is_roots(st))
		return refuse(w, st, "does not belong to root", "chown root");
	if (sticky || (st->st_mode & (S_IWGRP | S_IWOTH)) == 0)
		return 0;
	if ((st->st_mode & S_IWOTH) != 0 || st->st_gid != 0)
		return refuse(w, st, "can be written to by others than root",
		    "chmod go-w");
	if (is_shared(w->name))
		return refuse(w, st,
		    "has an access control list by which others than root can "
		    "write to it",
		    "setfacl -b");
	if (w->warning->text[0] == '\0')
		errbuf_set(w->warning,
		    "%s can be written to by each member of group 0 (mode "
		    "%04o); chmod g-w %s",
		    w->name, (unsigned)st->st_mode & 07777, w->name);
	return 0;
}

/* Enter this directory; the walk owns its descriptor now. */
static int
enter(struct walk *w, int fd, const struct stat *st)
{
	if (w->dir != -1)
		close(w->dir);
	w->dir = fd;
	w->dir_st = *st;
	memcpy(w->dir_name, w->name, sizeof(w->dir_name));
	return judge(w, st);
}

static int
enter_root(struct walk *w)
{
	int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat st;

	strcpy(w->name, "/");
	if (fd == -1)
		return errbuf_sys(w->err, "/");
	if (fstat(fd, &st) == -1) {
		close(fd);
		return errbuf_sys(w->err, "/");
	}
	return enter(w, fd, &st);
}

/* Put the text of a symbolic link before the rest of the path. */
static int
follow(struct walk *w, int fd, const struct stat *st)
{
	char whole[2 * PATH_MAX], to[PATH_MAX];
	ssize_t n = readlinkat(fd, "", to, sizeof(to) - 1);

	if (n == -1)
		return errbuf_sys(w->err, "%s", w->name);
	if ((w->dir_st.st_mode & (S_IWGRP | S_IWOTH)) != 0 && !is_roots(st))
		return refuse(w, st, "is a link of another user",
		    "chown -h root");
	to[n] = '\0';
	if (++w->links > LINKS_MAX ||
	    snprintf(whole, sizeof(whole), "%s/%s", to, w->rest) >= PATH_MAX) {
		errno = ELOOP;
		return errbuf_sys(w->err, "%s", w->path);
	}
	memcpy(w->rest, whole, strlen(whole) + 1);
	return to[0] == '/' ? enter_root(w) : 0;
}

/* Take the next name from the rest of the path.  False: there is none. */
static bool
take_name(struct walk *w, char name[PATH_MAX])
{
	size_t skip = strspn(w->rest, "/");
	size_t n = strcspn(w->rest + skip, "/");

	memcpy(name, w->rest + skip, n);
	name[n] = '\0';
	skip += n;
	skip += strspn(w->rest + skip, "/");
	memmove(w->rest, w->rest + skip, strlen(w->rest + skip) + 1);
	return n > 0;
}

/* Open a name in the directory, whatever it is; -1 with errno. */
static int
look(struct walk *w, const char *name, struct stat *st)
{
	char whole[2 * PATH_MAX];
	int fd = openat(w->dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	/* This is for messages: if the path is too long, its beginning will
	 * do. */
	snprintf(whole, sizeof(whole), "%s%s%s", w->dir_name,
	    w->dir_name[1] == '\0' ? "" : "/", name);
	snprintf(w->name, sizeof(w->name), "%.*s", PATH_MAX - 1, whole);
	if (fd != -1 && fstat(fd, st) == 0)
		return fd;
	errbuf_sys(w->err, "%s", w->name);
	if (fd != -1)
		close(fd);
	return -1;
}

/*
 * Walk to the end of w->path.  Returns a descriptor of the file there, which st
 * describes; -1 with the reason and errno.
 */
static int
walk(struct walk *w, struct stat *st)
{
	char name[PATH_MAX];
	int fd, result;

	if (enter_root(w) == -1)
		return -1;
	while (take_name(w, name)) {
		if ((fd = look(w, name, st)) == -1)
			return -1;
		if (S_ISLNK(st->st_mode)) {
			result = follow(w, fd, st);
			close(fd);
		} else if (w->rest[0] == '\0') {
			return fd;
		} else {
			result = enter(w, fd, st);
		}
		if (result == -1)
			return -1;
	}
	/* The path ended with a link to "/". */
	*st = w->dir_st;
	return dup(w->dir);
}

/* Make the path absolute, and walk along it; as walk(). */
static int
walk_along(struct walk *w, struct stat *st)
{
	char here[PATH_MAX] = "", whole[2 * PATH_MAX];
	int fd;

	if (w->path[0] != '/' && getcwd(here, sizeof(here)) == NULL)
		return errbuf_sys(w->err, "cannot tell the working directory");
	if (snprintf(whole, sizeof(whole), "%s/%s", here, w->path) >=
	    PATH_MAX) {
		errno = ENAMETOOLONG;
		return errbuf_sys(w->err, "%s", w->path);
	}
	memcpy(w->rest, whole, strlen(whole) + 1);
	fd = walk(w, st);
	if (w->dir != -1)
		close(w->dir);
	return fd;
}

int
trust_file(const char *path, int fd, struct errbuf *warning, struct errbuf *err)
{
	struct walk w = { path, .dir = -1, .warning = warning, .err = err };
	const struct errbuf before = *err;
	struct stat st = { 0 }, opened;
	int found = walk_along(&w, &st), result;

	if (found == -1 && fd == -1 && errno == ENOENT) {
		*err = before;
		return 0;
	}
	if (found == -1)
		return -1;
	if (fd != -1 &&
	    (fstat(fd, &opened) == -1 || opened.st_dev != st.st_dev ||
		opened.st_ino != st.st_ino)) {
		errbuf_set(err, "%s was replaced while it was opened", path);
		errno = EPERM;
		result = -1;
	} else {
		result = judge(&w, &st);
	}
	close(found);
	return result;
}

int
trust_way(const char *path, struct errbuf *warning, struct errbuf *err)
{
	struct walk w = { path, .dir = -1, .warning = warning, .err = err };
	struct stat st;
	int found = walk_along(&w, &st);

	if (found == -1)
		return -1;
	close(found);
	return 0;
}
