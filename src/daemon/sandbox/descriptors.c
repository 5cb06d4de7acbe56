/* SPDX-License-Identifier: ISC */
#include "daemon/sandbox/descriptors.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FEW = 4096 }; /* descriptors to try one by one */

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
	/* close_range(2) fails if the kernel is old, or if a filter forbids
	 * it. */
	if ((dir = opendir("/proc/self/fd")) == NULL) {
		/* There is no /proc, so try each number. */
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
descriptors_keep(const int *keep, size_t n)
{
	int sorted[DESCRIPTORS_KEEP + 3] = { 0, 1, 2 };
	bool standard[3] = { false, false, false };
	unsigned next = 0;
	int null;

	if (n > DESCRIPTORS_KEEP)
		n = DESCRIPTORS_KEEP;
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

int
descriptors_next(void)
{
	int fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);

	if (fd != -1)
		close(fd);
	return fd;
}

int
descriptors_fix(int fd)
{
	int fixed = fcntl(fd, F_DUPFD_CLOEXEC, DESCRIPTORS_FIXED);
	int saved = errno;

	close(fd);
	errno = fixed == -1 && saved == EINVAL ? EMFILE : saved;
	return fixed;
}
