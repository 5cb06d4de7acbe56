/* SPDX-License-Identifier: ISC */
/*
 * confinement [ROUNDS]: what each part of the confinement costs a process, by
 * the time from a fork to the end of a child that has only that to do.  The
 * parts take turns, so that whatever else the machine does meets all alike.
 *
 * The last two rows are why workers are cloned from a confined process: there
 * the child inherits everything.
 */
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/errbuf.h"
#include "config/config.h"
#include "daemon/log/log.h"
#include "daemon/sandbox/filter.h"
#include "daemon/sandbox/identity.h"
#include "daemon/sandbox/landlock.h"
#include "daemon/sandbox/limits.h"
#include "daemon/sandbox/process.h"
#include "daemon/sandbox/sandbox.h"

enum { ROUNDS = 300, CLONES = 20, PARTS = 9, NOBODY = 65534 };

static const struct identity nobody = { NOBODY, NOBODY, NULL };
static struct errbuf err;

static int
nothing(void)
{
	return 0;
}

static int
lower_limits(void)
{
	const struct limits limits = { .descriptors = 2 };

	return limits_enter(&limits, &err);
}

static int
change_identity(void)
{
	return identity_become(&nobody, &err);
}

static int
set_attributes(void)
{
	return process_hide(&err) == 0 ? process_no_new_privs(&err) : -1;
}

static int
enter_landlock(void)
{
	return process_no_new_privs(&err) == 0 ? landlock_enter(&err) : -1;
}

static int
install_filter(void)
{
	return process_no_new_privs(&err) == 0 ?
	    filter_install(ROLE_WORKER, &err) :
	    -1;
}

static int
enter_sandbox(void)
{
	const struct sandbox all = { SANDBOX_REQUIRED, ROLE_WORKER, nobody };

	return sandbox_enter(&all, &err);
}

/* Children of our parent, which reaps them. */
static int
clone_siblings(void)
{
	for (int i = 0; i < CLONES; i++)
		switch (
		    syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0)) {
		case -1:
			return errbuf_sys(&err, "clone");
		case 0:
			_exit(0);
		}
	return 0;
}

static int
clone_confined(void)
{
	return enter_sandbox() == 0 ? clone_siblings() : -1;
}

static const struct {
	const char *name;
	int (*act)(void);
	int children; /* that it leaves to us, besides itself */
} parts[PARTS] = {
	{ "fork and exit, no more", nothing, 0 },
	{ "limits", lower_limits, 0 },
	{ "ids and capabilities", change_identity, 0 },
	{ "not dumpable, no_new_privs", set_attributes, 0 },
	{ "Landlock", enter_landlock, 0 },
	{ "filter", install_filter, 0 },
	{ "all of it", enter_sandbox, 0 },
	{ "20 clones", clone_siblings, CLONES },
	{ "all of it, then 20 clones", clone_confined, CLONES },
};

/* Nanoseconds of one child. */
static double
measure(unsigned part)
{
	int64_t start = clock_ns();
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (parts[part].act() == 0)
			_exit(0);
		_exit(1);
	}
	for (int i = 0; pid != -1 && i <= parts[part].children; i++)
		if (wait(&status) == -1 || status != 0) {
			fprintf(stderr, "confinement: %s failed here\n",
			    parts[part].name);
			exit(EXIT_FAILURE);
		}
	return (double)(clock_ns() - start);
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* What the master does once. */
static int
prepare(void)
{
	struct role_descriptors fds;

	if (log_open(&err) == -1)
		return -1;
	fds = (struct role_descriptors){ log_writer(), log_reader(),
		eventfd(0, EFD_CLOEXEC) };
	return sandbox_prepare(SANDBOX_REQUIRED, ROLE_BIT(ROLE_WORKER), &fds,
		   &err) == 0 ?
	    0 :
	    -1;
}

int
main(int argc, char *argv[])
{
	size_t rounds = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : ROUNDS;
	double *ns[PARTS], base;

	if (rounds == 0 || prepare() == -1) {
		fprintf(stderr, "confinement: %s\n", err.text);
		return EXIT_FAILURE;
	}
	for (unsigned part = 0; part < PARTS; part++)
		if ((ns[part] = calloc(rounds, sizeof(double))) == NULL)
			return EXIT_FAILURE;
	for (size_t round = 0; round < rounds; round++)
		for (unsigned part = 0; part < PARTS; part++)
			ns[part][round] = measure(part);

	printf("%-28s  median us  more than a fork\n", "part");
	for (unsigned part = 0; part < PARTS; part++) {
		qsort(ns[part], rounds, sizeof(double), by_size);
		base = ns[0][rounds / 2];
		printf("%-28s  %9.1f  %9.1f\n", parts[part].name,
		    ns[part][rounds / 2] / 1e3,
		    (ns[part][rounds / 2] - base) / 1e3);
	}
	return EXIT_SUCCESS;
}
