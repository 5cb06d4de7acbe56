/* SPDX-License-Identifier: ISC */
#include "daemon/report/usage.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "daemon/log/logger.h"
#include "daemon/pool/pool.h"

enum { FEW = 512 };

/* One process or several, added up. */
struct sum {
	struct snapshot_process *process;
	bool files; /* look into /proc */
	bool blind; /* not all of it could be seen there */
};

/* The second word of /proc/PID/statm, in pages; 0: it cannot be read. */
static uint64_t
resident_pages(pid_t pid)
{
	char path[64], words[128], *end;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%ld/statm", (long)pid);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return 0;
	n = read(fd, words, sizeof(words) - 1);
	close(fd);
	if (n <= 0)
		return 0;
	words[n] = '\0';
	(void)strtoull(words, &end, 10);
	return strtoull(end, NULL, 10);
}

/*
 * The number of descriptors: since Linux 6.2 the size of /proc/PID/fd; before,
 * 0.
 */
static uint64_t
descriptors(pid_t pid)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%ld/fd", (long)pid);
	return stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

static void
add_files(struct sum *sum, pid_t pid)
{
	uint64_t pages = resident_pages(pid), fds = descriptors(pid);

	sum->process->rss_bytes += pages * (uint64_t)sysconf(_SC_PAGESIZE);
	sum->process->fds += fds;
	sum->blind = sum->blind || pages == 0 || fds == 0;
}

static void
add(struct sum *sum, pid_t pid)
{
	struct timespec used;
	clockid_t clock;

	if (pid <= 0)
		return;
	sum->process->count++;
	if (clock_getcpuclockid(pid, &clock) == 0 &&
	    clock_gettime(clock, &used) == 0)
		sum->process->cpu_ms += (uint64_t)used.tv_sec * 1000 +
		    (uint64_t)used.tv_nsec / 1000000;
	if (sum->files)
		add_files(sum, pid);
}

static uint64_t
milliseconds(const struct timeval *t)
{
	return (uint64_t)t->tv_sec * 1000 + (uint64_t)t->tv_usec / 1000;
}

/* Processor time of children that have ended and been reaped. */
static uint64_t
ended_ms(void)
{
	struct rusage usage;

	if (getrusage(RUSAGE_CHILDREN, &usage) == -1)
		return 0;
	return milliseconds(&usage.ru_utime) + milliseconds(&usage.ru_stime);
}

void
usage_measure(const struct pool *pool, const struct logger *logger,
    pid_t reporter, struct snapshot_process *process)
{
	struct sum sum = { process, pool->count <= FEW, false };

	*process = (struct snapshot_process){ 0 };
	add(&sum, getpid());
	add(&sum, logger->pid);
	add(&sum, reporter);
	for (unsigned i = 0; i < FORKERS; i++)
		add(&sum, pool->forkers.item[i].pid);
	for (unsigned i = 0; i < pool->used; i++)
		add(&sum, pool->worker[i].pid);
	process->cpu_ms += ended_ms();
	/* A sum over some of the processes would look like the whole. */
	if (!sum.files || sum.blind)
		process->rss_bytes = process->fds = 0;
}
