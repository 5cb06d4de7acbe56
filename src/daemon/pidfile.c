/* SPDX-License-Identifier: ISC */
#include "daemon/pidfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/errbuf.h"

/* Whether the path still names the file that we have open. */
static bool
is_ours(const struct pidfile *p)
{
	struct stat open_file, named;

	return fstat(p->fd, &open_file) == 0 && lstat(p->path, &named) == 0 &&
	    open_file.st_dev == named.st_dev &&
	    open_file.st_ino == named.st_ino;
}

/* Open and lock once; the file may be removed by another echod meanwhile. */
static int
try_lock(struct pidfile *p, struct errbuf *err)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	struct stat st;

	p->fd = open(p->path,
	    O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0644);
	if (p->fd == -1) {
		if (errno == ELOOP)
			errbuf_set(err, "pid file %s is a symbolic link",
			    p->path);
		else
			errbuf_sys(err, "cannot open pid file %s", p->path);
		return EX_OSERR;
	}
	if (fstat(p->fd, &st) == -1 || !S_ISREG(st.st_mode) ||
	    st.st_nlink > 1) {
		errbuf_set(err, "pid file %s is not a plain file", p->path);
		return EX_OSERR;
	}
	if (fcntl(p->fd, F_SETLK, &lock) == 0)
		return EX_OK;
	if (errno != EACCES && errno != EAGAIN) {
		errbuf_sys(err, "cannot lock pid file %s", p->path);
		return EX_OSERR;
	}
	if (fcntl(p->fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK)
		errbuf_set(err, "already running as pid %ld (pid file %s)",
		    (long)lock.l_pid, p->path);
	else
		errbuf_set(err, "already running (pid file %s)", p->path);
	return EX_TEMPFAIL;
}

int
pidfile_lock(struct pidfile *p, const char *path, struct errbuf *err)
{
	int status;

	snprintf(p->path, sizeof(p->path), "%s", path);
	do {
		if ((status = try_lock(p, err)) != EX_OK) {
			if (p->fd != -1)
				close(p->fd);
			p->fd = -1;
			return status;
		}
		if (is_ours(p))
			return EX_OK;
		close(p->fd);
	} while (true);
}

int
pidfile_write(struct pidfile *p, struct errbuf *err)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

	if (ftruncate(p->fd, 0) == -1 ||
	    pwrite(p->fd, text, (size_t)n, 0) != n) {
		errbuf_sys(err, "cannot write pid file %s", p->path);
		/* An empty file is no lie; half a number is. */
		(void)!ftruncate(p->fd, 0);
		return -1;
	}
	return 0;
}

void
pidfile_remove(struct pidfile *p)
{
	if (p->fd == -1)
		return;
	if (is_ours(p))
		unlink(p->path);
	close(p->fd);
	p->fd = -1;
}
