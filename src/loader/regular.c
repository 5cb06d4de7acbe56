/* SPDX-License-Identifier: ISC */
#include "loader/regular.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "common/errbuf.h"

static const char *
kind(mode_t mode)
{
	if (S_ISDIR(mode))
		return "a directory";
	if (S_ISFIFO(mode))
		return "a FIFO";
	if (S_ISSOCK(mode))
		return "a socket";
	return "a device";
}

int
regular_open(const char *path, long most, struct stat *st, struct errbuf *err)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd == -1)
		/* A socket cannot even be opened. */
		return errno == ENXIO ?
		    errbuf_set(err, "%s is a socket, not a regular file",
			path) :
		    errbuf_sys(err, "%s", path);
	if (fstat(fd, st) == -1)
		errbuf_sys(err, "%s", path);
	else if (!S_ISREG(st->st_mode))
		errbuf_set(err, "%s is %s, not a regular file", path,
		    kind(st->st_mode));
	else if (st->st_size > most)
		errbuf_set(err, "%s has %lld bytes; more than %ld are not read",
		    path, (long long)st->st_size, most);
	else
		return fd;
	close(fd);
	errno = EINVAL;
	return -1;
}
