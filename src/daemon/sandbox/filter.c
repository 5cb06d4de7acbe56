/* SPDX-License-Identifier: ISC */
#include "daemon/sandbox/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/errbuf.h"
#include "daemon/sandbox/calls.h"

#ifndef SECCOMP_FILTER_FLAG_SPEC_ALLOW /* for headers older than Linux 4.17 */
#define SECCOMP_FILTER_FLAG_SPEC_ALLOW (1UL << 2)
#endif

enum {
	NAME = 32,	    /* of the longest system call, and more */
	RESERVE = 1 << 20,  /* bytes: four times what libseccomp needs */
	RETURNED = 1 << 17, /* bytes that are free before memory is returned */
};

/* The programs, made once; len is 0 until then. */
static struct sock_fprog programs[ROLES];

static long
install(unsigned long flags, const struct sock_fprog *program)
{
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, program);
}

int
filter_available(struct errbuf *err)
{
	if (!filter_is_built_in())
		return errbuf_set(err,
		    "this echod was built without libseccomp");
	/* A kernel that has filters first looks for the program, and finds
	 * none: EFAULT. */
	if (install(0, NULL) == 0 || errno == EFAULT)
		return 0;
	return errbuf_sys(err, "this kernel has no filters of system calls");
}

/*
 * Without SECCOMP_FILTER_FLAG_SPEC_ALLOW, older kernels keep the processor from
 * speculating in this process.  That makes it slower, and does not protect it
 * from an attacker who runs his own code in it.
 */
int
filter_install(enum role role, struct errbuf *err)
{
	const struct sock_fprog *program = &programs[role];

	if (install(SECCOMP_FILTER_FLAG_SPEC_ALLOW, program) == -1 &&
	    (errno != EINVAL || install(0, program) == -1))
		return errbuf_sys(err,
		    "cannot install the filter of system calls");
	return 0;
}

#ifdef HAVE_SECCOMP

bool
filter_is_built_in(void)
{
	return true;
}

/*
 * libseccomp writes its program to a descriptor.  It is a pipe, which has room
 * for the longest program that the kernel takes, and to which no limit of file
 * sizes applies.
 */
static int export(scmp_filter_ctx ctx, struct sock_fprog *program,
    struct errbuf *err)
{
	const size_t longest = BPF_MAXINSNS * sizeof(struct sock_filter);
	void *code = malloc(longest);
	ssize_t n = -1;
	int fd[2];

	if (code == NULL || pipe2(fd, O_CLOEXEC | O_NONBLOCK) == -1) {
		free(code);
		return errbuf_sys(err, "cannot make a pipe for a filter");
	}
	if ((errno = -seccomp_export_bpf(ctx, fd[1])) == 0)
		n = read(fd[0], code, longest);
	if (n <= 0) {
		errbuf_sys(err, "cannot export a filter of system calls");
		free(code);
	} else {
		*program = (struct sock_fprog){ .filter = code,
			.len = (unsigned short)((size_t)n /
			    sizeof(struct sock_filter)) };
	}
	close(fd[0]);
	close(fd[1]);
	return n > 0 ? 0 : -1;
}

static int
prepare(enum role role, const struct role_descriptors *fd, struct errbuf *err)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_TRAP);
	int result;

	if (ctx == NULL)
		return errbuf_set(err, "no memory for a filter");
	/* In another architecture the numbers stand for other calls: allow none
	 * there. */
	if (seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH,
		SCMP_ACT_KILL_PROCESS) != 0 ||
	    (errno = -calls_add(ctx, role, fd)) != 0)
		result = errbuf_sys(err,
		    "cannot make a filter of system calls");
	else
		result = export(ctx, &programs[role], err);
	seccomp_release(ctx);
	return result;
}

/*
 * libseccomp 2.5 does not check that it gets memory.  Without memory it
 * crashes, does not return, or makes a wrong program.  So reserve enough in the
 * heap before it begins.
 */
static int
reserve(struct errbuf *err)
{
	void *volatile memory; /* volatile, or the compiler would drop this */

#ifdef M_TRIM_THRESHOLD
	/* Freed memory stays in the heap. */
	(void)mallopt(M_MMAP_THRESHOLD, 2 * RESERVE);
	(void)mallopt(M_TRIM_THRESHOLD, 2 * RESERVE);
#endif
	if ((memory = malloc(RESERVE)) == NULL)
		return errbuf_sys(err,
		    "no memory for a filter of system calls");
	free(memory);
	return 0;
}

static void
give_back(void)
{
#ifdef M_TRIM_THRESHOLD
	(void)mallopt(M_MMAP_THRESHOLD, RETURNED);
	(void)mallopt(M_TRIM_THRESHOLD, RETURNED);
	(void)malloc_trim(0);
#endif
}

int
filter_prepare(unsigned roles, const struct role_descriptors *fd,
    struct errbuf *err)
{
	static unsigned made;
	unsigned wanted = roles & ~made;
	int result = 0;

	if (wanted == 0)
		return 0;
	result = reserve(err);
	for (unsigned role = 0; result == 0 && role < ROLES; role++)
		if ((wanted & ROLE_BIT(role)) != 0)
			result = prepare((enum role)role, fd, err);
	give_back();
	if (result == 0)
		made |= roles;
	return result;
}

const char *
filter_call_name(int number)
{
	static char name[NAME];
	char *found = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE,
	    number);

	snprintf(name, sizeof(name), "%s", found != NULL ? found : "unknown");
	free(found);
	return name;
}

#else

bool
filter_is_built_in(void)
{
	return false;
}

int
filter_prepare(unsigned roles, const struct role_descriptors *fd,
    struct errbuf *err)
{
	(void)roles;
	(void)fd;
	return filter_available(err);
}

const char *
filter_call_name(int number)
{
	static char name[NAME];

	snprintf(name, sizeof(name), "%d", number);
	return name;
}

#endif
