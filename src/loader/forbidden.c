/* SPDX-License-Identifier: ISC */
#include "loader/forbidden.h"

#if defined(HAVE_SECCOMP) && !defined(SANITIZERS)

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ADDRESSES = 0 }; /* NETLINK_ROUTE: the addresses of this host */

#define CALL(name) SCMP_SYS(name)

/* The calls that are forbidden with any arguments. */
/* clang-format off */
static const int calls[] = {
	/* Other programs. */
	CALL(execve), CALL(execveat), CALL(fork), CALL(vfork),
	/* Other processes. */
	CALL(kill), CALL(tkill), CALL(rt_sigqueueinfo),
	CALL(rt_tgsigqueueinfo), CALL(pidfd_open), CALL(pidfd_send_signal),
	CALL(pidfd_getfd), CALL(ptrace), CALL(process_vm_readv),
	CALL(process_vm_writev), CALL(process_madvise), CALL(kcmp),
	/* Other ids and name spaces; another view of the file system. */
	CALL(setuid), CALL(setgid), CALL(setreuid), CALL(setregid),
	CALL(setresuid), CALL(setresgid), CALL(setfsuid), CALL(setfsgid),
	CALL(setgroups), CALL(capset), CALL(unshare), CALL(setns),
	CALL(chroot), CALL(pivot_root), CALL(mount), CALL(umount2),
	CALL(move_mount), CALL(fsopen), CALL(fsconfig), CALL(fsmount),
	CALL(fspick), CALL(open_tree), CALL(mount_setattr),
	CALL(name_to_handle_at), CALL(open_by_handle_at),
	/* Changed files.  None can grow, for the limit FSIZE is 0. */
	CALL(unlink), CALL(unlinkat), CALL(rename), CALL(renameat),
	CALL(renameat2), CALL(link), CALL(linkat), CALL(symlink),
	CALL(symlinkat), CALL(mkdir), CALL(mkdirat), CALL(rmdir), CALL(mknod),
	CALL(mknodat), CALL(chmod), CALL(fchmod), CALL(fchmodat), CALL(chown),
	CALL(fchown), CALL(lchown), CALL(fchownat), CALL(truncate),
	CALL(ftruncate), CALL(setxattr), CALL(lsetxattr), CALL(fsetxattr),
	/* Parts of the kernel in which faults are often found. */
	CALL(bpf), CALL(io_uring_setup), CALL(io_uring_enter),
	CALL(io_uring_register), CALL(userfaultfd), CALL(perf_event_open),
	CALL(keyctl), CALL(add_key), CALL(request_key), CALL(vmsplice),
	CALL(modify_ldt), CALL(personality), CALL(mbind), CALL(move_pages),
	CALL(migrate_pages), CALL(fanotify_init), CALL(quotactl),
	/* The system as a whole; most of these take root. */
	CALL(reboot), CALL(kexec_load), CALL(kexec_file_load),
	CALL(init_module), CALL(finit_module), CALL(delete_module),
	CALL(swapon), CALL(swapoff), CALL(acct), CALL(sethostname),
	CALL(setdomainname), CALL(settimeofday), CALL(clock_settime),
	CALL(clock_adjtime), CALL(adjtimex), CALL(iopl), CALL(ioperm),
	CALL(syslog), CALL(vhangup),
};
/* clang-format on */

/* A rule that this architecture does not have is no failure. */
static bool
forbid(scmp_filter_ctx ctx, int call, unsigned error)
{
	int result = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(error), call, 0);

	return result == 0 || result == -EDOM;
}

static bool
forbid_if(scmp_filter_ctx ctx, int call, struct scmp_arg_cmp arg)
{
	int result = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), call, 1, arg);

	return result == 0 || result == -EDOM;
}

static bool
forbid_all(scmp_filter_ctx ctx)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (!forbid(ctx, calls[i], EPERM))
			return false;
	return true;
}

/* Name services need local sockets, the Internet, and a list of addresses. */
static bool
forbid_families(scmp_filter_ctx ctx)
{
	for (int family = 0; family < AF_NETLINK; family++)
		if (family != AF_UNIX && family != AF_INET &&
		    family != AF_INET6 &&
		    !forbid_if(ctx, CALL(socket),
			SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)family, 0)))
			return false;
	return forbid_if(ctx, CALL(socket),
		   SCMP_A0(SCMP_CMP_GT, AF_NETLINK, 0)) &&
	    seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), CALL(socket), 2,
		SCMP_A0(SCMP_CMP_EQ, AF_NETLINK, 0),
		SCMP_A2(SCMP_CMP_NE, ADDRESSES, 0)) == 0;
}

/* Allow threads but no processes, and abort(3) but no signals to others. */
static bool
forbid_by_arguments(scmp_filter_ctx ctx)
{
	/* Then the C library uses clone(2), whose flags a filter can check. */
	return forbid(ctx, CALL(clone3), ENOSYS) &&
	    forbid_if(ctx, CALL(clone),
		SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0)) &&
	    forbid_if(ctx, CALL(tgkill),
		SCMP_A0(SCMP_CMP_NE, (scmp_datum_t)getpid(), 0)) &&
	    /* This would fake input at the terminal (ioctl_tty(2)). */
	    forbid_if(ctx, CALL(ioctl), SCMP_A1(SCMP_CMP_EQ, TIOCSTI, 0)) &&
	    forbid_if(ctx, CALL(ioctl), SCMP_A1(SCMP_CMP_EQ, TIOCLINUX, 0));
}

void
forbidden_install(void)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);

	if (ctx == NULL)
		return;
	(void)seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH,
	    SCMP_ACT_KILL_PROCESS);
	if (forbid_all(ctx) && forbid_families(ctx) && forbid_by_arguments(ctx))
		(void)seccomp_load(ctx);
	seccomp_release(ctx);
}

#else

void
forbidden_install(void)
{
}

#endif
