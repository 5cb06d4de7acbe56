/* SPDX-License-Identifier: ISC */
#include "daemon/master/pidfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "common/errbuf.h"
#include "common/units.h"
#include "config/trust.h"
#include "daemon/log/log.h"

enum { WRITE_MS = 100 }; /* for the holder of the lock to write its pid */

/* Whether the path still names the file that we have open; -1 with errno. */
static int
is_ours(const struct pidfile *p)
{
	struct stat open_file, named;

	if (fstat(p->fd, &open_file) == -1)
		return -1;
	if (lstat(p->path, &named) == -1)
		return errno == ENOENT ? 0 : -1;
	return open_file.st_dev == named.st_dev &&
	    open_file.st_ino == named.st_ino;
}

/* The name of a process; "" if it is unknown. */
static void
name_of(pid_t pid, char *name, size_t size)
{
	char path[64];
	ssize_t n;
	int fd;

	name[0] = '\0';
	snprintf(path, sizeof(path), "/proc/%ld/comm", (long)pid);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return;
	n = read(fd, name, size - 1);
	close(fd);
	name[n > 0 ? n : 0] = '\0';
	name[strcspn(name, "\n")] = '\0';
}

/* The number in the file; 0: there is none. */
static pid_t
pid_in(int fd)
{
	char text[32];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	struct errbuf why;
	int64_t pid;

	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return units_integer(text, 1, INT32_MAX, &pid, &why) == 0 ? (pid_t)pid :
								    0;
}

/*
 * Say which process has the lock.  fcntl(2) tells its pid; or 0 if it is in
 * another pid namespace; or -1 if the lock belongs to an open file, as that of
 * an echod does: then the pid is the number in the file.
 */
static void
blame_holder(const struct pidfile *p, const struct flock *lock,
    struct errbuf *err)
{
	pid_t pid = lock->l_pid == -1 ? pid_in(p->fd) : lock->l_pid;
	char name[32] = "";

	if (pid > 0)
		name_of(pid, name, sizeof(name));
	if (lock->l_type == F_WRLCK && strncmp(name, "echod", 5) == 0)
		errbuf_set(err, "already running as pid %ld (pid file %s)",
		    (long)pid, p->path);
	else if (lock->l_pid > 0)
		errbuf_set(err,
		    "pid file %s is locked by pid %ld%s%s%s, which is no "
		    "echod: end it, or give another file with -p",
		    p->path, (long)pid, name[0] != '\0' ? " (" : "", name,
		    name[0] != '\0' ? ")" : "");
	else
		errbuf_set(err,
		    "pid file %s is locked, by no echod that can be seen from "
		    "here: lsof(8) may show which process has it open; if it "
		    "is one of a container, give another file with -p",
		    p->path);
}

/*
 * In a directory like /tmp the kernel may refuse another user's file even to
 * root (fs.protected_regular), which no mode of the file explains.
 */
static bool
is_refused_by_rule(const char *path, struct stat *st)
{
	const char *slash = strrchr(path, '/');
	char directory[PATH_MAX];
	struct stat dir;

	if (slash == NULL)
		return false;
	snprintf(directory, sizeof(directory), "%.*s/", (int)(slash - path),
	    path);
	return lstat(path, st) == 0 && st->st_uid != geteuid() &&
	    stat(directory, &dir) == 0 && st->st_uid != dir.st_uid &&
	    (dir.st_mode & S_ISVTX) != 0 &&
	    (dir.st_mode & (S_IWGRP | S_IWOTH)) != 0 &&
	    access(path, R_OK | W_OK) == 0;
}

/* The file could not be opened: explain errno. */
static void
blame_open(const char *path, struct errbuf *err)
{
	int error = errno;
	struct stat st;

	if (error == ELOOP) {
		errbuf_set(err, "pid file %s is a symbolic link", path);
	} else if (error == EACCES && is_refused_by_rule(path, &st)) {
		errbuf_set(err,
		    "pid file %s belongs to uid %u, in a directory where "
		    "others may make files: the kernel does not let us have it "
		    "(fs.protected_regular); remove it, or give another file "
		    "with -p",
		    path, (unsigned)st.st_uid);
	} else {
		errbuf_set(err, "cannot open pid file %s: %s%s", path,
		    strerror(error),
		    error == EACCES && geteuid() != 0 ?
			"; use -F, or give a file that you may write with -p" :
			"");
	}
}

/*
 * The process that has just taken the lock is about to write its pid: wait for
 * it a little, so that it can be named.
 */
static void
await_pid(const struct pidfile *p)
{
	for (int ms = 0; ms < WRITE_MS && pid_in(p->fd) == 0; ms++)
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
}

/* 0, or an exit status with the reason in err. */
static int
take_lock(const struct pidfile *p, struct errbuf *err)
{
	struct flock mine = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	struct flock theirs;

	while (fcntl(p->fd, F_OFD_SETLK, &mine) == -1) {
		theirs = mine;
		if ((errno != EACCES && errno != EAGAIN) ||
		    fcntl(p->fd, F_OFD_GETLK, &theirs) == -1) {
			errbuf_sys(err, "cannot lock pid file %s", p->path);
			return EX_OSERR;
		}
		/* If it has been unlocked meanwhile, try again. */
		if (theirs.l_type != F_UNLCK) {
			await_pid(p);
			blame_holder(p, &theirs, err);
			return EX_TEMPFAIL;
		}
	}
	return EX_OK;
}

/*
 * Open and lock the file once.  The caller checks whether another echod has
 * removed it meanwhile, and tries again then.
 */
static int
try_lock(struct pidfile *p, struct errbuf *err)
{
	struct stat st;

	p->fd = open(p->path,
	    O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0644);
	if (p->fd == -1) {
		blame_open(p->path, err);
		return EX_OSERR;
	}
	if (fstat(p->fd, &st) == -1 || !S_ISREG(st.st_mode) ||
	    st.st_nlink > 1) {
		errbuf_set(err, "pid file %s is not a plain file", p->path);
		return EX_OSERR;
	}
	return take_lock(p, err);
}

/*
 * The load looked at the path, but somebody may have made a file there since.
 * 0, or an exit status with the reason in err.
 */
static int
check_owner(const struct pidfile *p, struct errbuf *err)
{
	struct errbuf warning = { 0 }; /* the load has logged it already */

	if (geteuid() != 0 || trust_file(p->path, p->fd, &warning, err) == 0)
		return EX_OK;
	errbuf_prefix(err, "pid_file: ");
	return EX_CONFIG;
}

void
pidfile_hand(struct pidfile *p, int fd)
{
	*p = (struct pidfile){ .fd = fd, .handed = fd != -1 };
}

/* Whether the file that was handed over is the one that is wanted. */
static bool
keep_handed(struct pidfile *p)
{
	if (is_ours(p) == 1)
		return true;
	close(p->fd);
	pidfile_hand(p, -1);
	return false;
}

int
pidfile_lock(struct pidfile *p, const char *path, struct errbuf *err)
{
	int status, ours;

	snprintf(p->path, sizeof(p->path), "%s", path);
	if (p->handed && keep_handed(p))
		return EX_OK;
	snprintf(p->path, sizeof(p->path), "%s", path);
	do {
		status = try_lock(p, err);
		ours = status == EX_OK ? is_ours(p) : 1;
		if (ours == -1) {
			errbuf_sys(err, "pid file %s", path);
			status = EX_OSERR;
		}
		if (ours == 1 && status == EX_OK &&
		    (status = check_owner(p, err)) == EX_OK)
			return EX_OK;
		if (p->fd != -1)
			close(p->fd);
		p->fd = -1;
	} while (ours == 0);
	return status;
}

int
pidfile_write(struct pidfile *p, struct errbuf *err)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%ld\n", (long)getpid());
	ssize_t written = -1;

	p->handed = false;
	if (ftruncate(p->fd, 0) == 0)
		written = pwrite(p->fd, text, (size_t)n, 0);
	if (written == n)
		return 0;
	if (written >= 0)
		errno = ENOSPC; /* there was room for a part */
	errbuf_sys(err, "cannot write pid file %s", p->path);
	/* Leave no part of the number, which would be the pid of another
	 * process. */
	(void)!ftruncate(p->fd, 0);
	return -1;
}

void
pidfile_restore(struct pidfile *p)
{
	struct errbuf err;

	if (p->fd != -1 && pid_in(p->fd) != getpid() &&
	    pidfile_write(p, &err) == -1)
		log_warning("%s", err.text);
}

void
pidfile_remove(struct pidfile *p)
{
	int ours;
	pid_t pid;

	if (p->fd == -1)
		return;
	/* After an upgrade the file has the pid of the other master, and stays.
	 * It is empty, and ours, if our pid could not be written. */
	pid = pid_in(p->fd);
	if ((ours = is_ours(p)) == -1 ||
	    (ours == 1 && (pid == getpid() || pid == 0) &&
		unlink(p->path) == -1))
		log_warning("cannot remove pid file %s: %m", p->path);
	close(p->fd);
	p->fd = -1;
}
