/* SPDX-License-Identifier: ISC */
#include "daemon/sandbox/filter.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/errbuf.h"
#include "daemon/sandbox/calls.h"

#ifndef SECCOMP_FILTER_FLAG_SPEC_ALLOW /* for headers older than Linux 4.17 */
#define SECCOMP_FILTER_FLAG_SPEC_ALLOW (1UL << 2)
#endif

enum { NAME = 32 }; /* of the longest system call, and more */

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
	/* A kernel that could install a program looks for it first. */
	if (install(0, NULL) == 0 || errno == EFAULT)
		return 0;
	return errbuf_sys(err, "this kernel has no filters of system calls");
}

/*
 * Without the flag the processor may be told not to speculate on stores in this
 * process, which slows all of it down and keeps nothing from an attacker who
 * runs code of his own there.
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

/* Read the program of `size` bytes that is in the file.  -1 with errno. */
static int
take(struct sock_fprog *program, int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	void *code;

	if (size <= 0 || (code = malloc((size_t)size)) == NULL)
		return -1;
	if (pread(fd, code, (size_t)size, 0) != size) {
		free(code);
		return -1;
	}
	*program = (struct sock_fprog){ .filter = code,
		.len = (unsigned short)((size_t)size /
		    sizeof(struct sock_filter)) };
	return 0;
}

/* libseccomp writes its program into a file, and this one has no name. */
static int export(const scmp_filter_ctx ctx, struct sock_fprog *program,
    struct errbuf *err)
{
	int fd = memfd_create("filter", MFD_CLOEXEC), error;

	if (fd == -1)
		return errbuf_sys(err, "cannot make a file in memory");
	error = -seccomp_export_bpf(ctx, fd);
	if (error == 0 && take(program, fd) == -1)
		error = errno;
	close(fd);
	if (error == 0)
		return 0;
	errno = error;
	return errbuf_sys(err, "cannot export a filter of system calls");
}

static int
prepare(enum role role, const struct role_descriptors *fd, struct errbuf *err)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_TRAP);
	int result;

	if (ctx == NULL)
		return errbuf_set(err, "no memory for a filter");
	/* The numbers of another architecture would mean other calls. */
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

int
filter_prepare(const struct role_descriptors *fd, struct errbuf *err)
{
	for (unsigned role = 0; role < ROLES; role++)
		if (programs[role].len == 0 &&
		    prepare((enum role)role, fd, err) == -1)
			return -1;
	return 0;
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
filter_prepare(const struct role_descriptors *fd, struct errbuf *err)
{
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
