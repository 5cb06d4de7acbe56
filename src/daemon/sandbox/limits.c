/* SPDX-License-Identifier: ISC */
#include "daemon/sandbox/limits.h"

#include <fcntl.h>
#include <stddef.h>
#include <sys/resource.h>

#include "common/errbuf.h"

/* Beside 44 MiB that all processes share, several times what a worker has with
 * the largest buffer. */
enum { ADDRESS_SPACE = 64 << 20 };

/* Lower a limit, soft and hard. */
static int
lower(int resource, rlim_t value, const char *name, struct errbuf *err)
{
	struct rlimit limit;

	if (getrlimit((__rlimit_resource_t)resource, &limit) == -1)
		return errbuf_sys(err, "cannot read the limit %s", name);
	if (limit.rlim_max < value)
		value = limit.rlim_max;
	limit = (struct rlimit){ value, value };
	if (setrlimit((__rlimit_resource_t)resource, &limit) == -1)
		return errbuf_sys(err, "cannot lower the limit %s", name);
	return 0;
}

/* The limit of open files under which so many numbers are free. */
static rlim_t
numbers(unsigned spare)
{
	int fd = 0;

	for (;; fd++)
		if (fcntl(fd, F_GETFD) == -1 && spare-- == 0)
			return (rlim_t)fd;
}

int
limits_enter(const struct limits *limits, struct errbuf *err)
{
	if (lower(RLIMIT_NOFILE, numbers(limits->descriptors), "NOFILE", err) ==
		-1 ||
	    lower(RLIMIT_CORE, 0, "CORE", err) == -1 ||
	    lower(RLIMIT_AS, ADDRESS_SPACE, "AS", err) == -1 ||
	    lower(RLIMIT_MEMLOCK, 0, "MEMLOCK", err) == -1 ||
	    lower(RLIMIT_MSGQUEUE, 0, "MSGQUEUE", err) == -1)
		return -1;
	return limits->files ? 0 : lower(RLIMIT_FSIZE, 0, "FSIZE", err);
}

int
limits_no_children(struct errbuf *err)
{
	return lower(RLIMIT_NPROC, 0, "NPROC", err);
}
