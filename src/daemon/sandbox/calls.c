/* SPDX-License-Identifier: ISC */
#include "daemon/sandbox/calls.h"

#ifdef HAVE_SECCOMP

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "daemon/sandbox/descriptors.h"
#include "daemon/sandbox/process.h"

/*
 * One call that is allowed with these arguments, or refused with an error.
 * Several rows of one call are alternatives.  A call without a row raises
 * SIGSYS.
 */
struct call {
	int number;
	uint32_t action;
	struct scmp_arg_cmp arg[4]; /* each has to be true; op 0: unused */
};

/* clang-format off */
#define ALLOW(name, ...) { SCMP_SYS(name), SCMP_ACT_ALLOW, { __VA_ARGS__ } }
#define REFUSE(name, error) { SCMP_SYS(name), SCMP_ACT_ERRNO(error), { { 0 } } }

/*
 * Argument n is equal to this, is less, is at least this, has none of these
 * bits.
 */
#define IS(n, value) { n, SCMP_CMP_EQ, (scmp_datum_t)(value), 0 }
#define BELOW(n, value) { n, SCMP_CMP_LT, (scmp_datum_t)(value), 0 }
#define FROM(n, value) { n, SCMP_CMP_GE, (scmp_datum_t)(value), 0 }
#define LACKS(n, bits) { n, SCMP_CMP_MASKED_EQ, (scmp_datum_t)(bits), 0 }
/* clang-format on */

/*
 * The descriptors that a worker opens itself, and those that it was born with.
 * A filter compares 64 bits while the kernel takes 32.  So a connection may be
 * named by a number that is too large, and pass for a fixed descriptor; but not
 * the other way round.  That does no harm: nothing can be accepted from a
 * connection, and a worker that waits for one delays nobody else.
 */
#define CONNECTION(n) BELOW(n, DESCRIPTORS_FIXED)
#define FIXED(n) FROM(n, DESCRIPTORS_FIXED)

static int
add(scmp_filter_ctx ctx, const struct call *calls, size_t n)
{
	int error;
	unsigned args;

	for (const struct call *c = calls; c < calls + n; c++) {
		for (args = 0; args < 4 && c->arg[args].op != 0;)
			args++;
		error = seccomp_rule_add_array(ctx, c->action, c->number, args,
		    c->arg);
		/* EDOM: this architecture does not have the call. */
		if (error != 0 && error != -EDOM)
			return error;
	}
	return 0;
}

#define ADD(ctx, calls) add(ctx, calls, sizeof(calls) / sizeof((calls)[0]))

/* What each of these processes needs for signals, time and its end. */
static int
add_common(scmp_filter_ctx ctx)
{
	static const struct call calls[] = {
		/* The end of a signal handler.  A forged frame sets registers;
		 * an attacker who can forge one can set them anyway. */
		ALLOW(rt_sigreturn),
		/* Signals are let in only where the process waits. */
		ALLOW(rt_sigprocmask),
		/* After SIGSTOP and SIGCONT, or under a tracer. */
		ALLOW(restart_syscall),
		/* These tell an attacker nothing of use. */
		ALLOW(getpid),
		ALLOW(getppid),
		ALLOW(gettid),
		/* Its own descriptors, its own end. */
		ALLOW(close),
		ALLOW(exit_group),
		/* Where the vDSO has no clock. */
		ALLOW(clock_gettime),
		/* abort() would signal any process by tgkill(2).  A timer can
		 * signal its own process alone; see violation.c.  An attacker
		 * can use up the pending signals that this user may have, which
		 * are for timers and real-time signals of others. */
		ALLOW(timer_create, IS(0, CLOCK_MONOTONIC)),
		ALLOW(timer_settime),
		/* The C library looks for these when it complains, and goes on
		 * without them.  They are refused, so that a process which the
		 * stack protector ends does not seem to have been taken over.
		 */
		REFUSE(writev, EBADF),
		REFUSE(rt_sigaction, EPERM),
		REFUSE(open, EACCES),
		REFUSE(openat, EACCES),
		REFUSE(access, EACCES),
		REFUSE(faccessat, EACCES),
		REFUSE(readlink, EACCES),
		REFUSE(readlinkat, EACCES),
		REFUSE(stat, EACCES),
		REFUSE(fstat, EACCES),
		REFUSE(newfstatat, EACCES),
		REFUSE(statx, EACCES),
	};

	return ADD(ctx, calls);
}

/* A worker that waits for a client, and takes it. */
static int
add_waiting(scmp_filter_ctx ctx, const struct role_descriptors *fd)
{
	const struct call calls[] = {
		/* It waits at an epoll of its own. */
		ALLOW(epoll_pwait),
		/* A pause after a failed accept. */
		ALLOW(ppoll),
		/* The limit of open files decides how many clients one worker
		 * can keep. */
		ALLOW(accept4, FIXED(0), IS(3, SOCK_CLOEXEC)),
		/* To wake the master.  An attacker can wake it for nothing. */
		ALLOW(write, IS(0, fd->wake), IS(2, 1)),
		/* A line of the log.  The queue is shared: an attacker can fill
		 * it, so that lines of others are lost, and counted. */
		ALLOW(sendto, IS(0, fd->log_writer),
		    IS(3, MSG_DONTWAIT | MSG_NOSIGNAL), IS(4, 0)),
	};

	return ADD(ctx, calls);
}

/* The echo.  No address: a datagram could go anywhere. */
static int
add_echo(scmp_filter_ctx ctx)
{
	static const struct call calls[] = {
		/* The service itself. */
		ALLOW(recvfrom, CONNECTION(0), IS(3, 0), IS(4, 0)),
		ALLOW(sendto, CONNECTION(0), IS(3, MSG_NOSIGNAL), IS(4, 0)),
		/* A listener that is shut down is closed to everybody, so no
		 * fixed descriptor; and the log is a socket, too. */
		ALLOW(shutdown, CONNECTION(0), IS(1, SHUT_WR)),
		/* Handlers shorten the time-outs. */
		ALLOW(setsockopt, CONNECTION(0), IS(1, SOL_SOCKET),
		    IS(2, SO_RCVTIMEO)),
		ALLOW(setsockopt, CONNECTION(0), IS(1, SOL_SOCKET),
		    IS(2, SO_SNDTIMEO)),
		/* How long a client has been idle, what it has taken, and at
		 * its end what its path was like. */
		ALLOW(getsockopt, CONNECTION(0), IS(1, IPPROTO_TCP),
		    IS(2, TCP_INFO)),
		ALLOW(ioctl, CONNECTION(0), IS(1, SIOCOUTQ)),
		/* A deadline: SIGALRM to this process. */
		ALLOW(setitimer, IS(0, ITIMER_REAL)),
		/* Nothing allocates any more.  0 as the end of the heap tells
		 * malloc(3) that there is no memory. */
		REFUSE(brk, 0),
		REFUSE(mmap, ENOMEM),
	};

	return ADD(ctx, calls);
}

/* A worker is cloned by a process that has this filter already. */
static int
add_birth(scmp_filter_ctx ctx)
{
	static const struct call calls[] = {
		/* A sibling, whose parent is the master.  A worker has no use
		 * for it, for it may have no children (limits_no_children). */
		ALLOW(clone, IS(0, CLONE_PARENT | SIGCHLD), IS(1, 0)),
		ALLOW(prlimit64, IS(0, 0), IS(1, RLIMIT_NPROC), IS(3, 0)),
		ALLOW(prlimit64, IS(0, 0), IS(1, RLIMIT_NPROC), IS(2, 0)),
		ALLOW(setrlimit, IS(0, RLIMIT_NPROC)),
		ALLOW(getrlimit, IS(0, RLIMIT_NPROC)),
		ALLOW(prctl, IS(0, PR_SET_PDEATHSIG), IS(1, SIGTERM)),
		/* This text in read-only memory, and no other name. */
		ALLOW(prctl, IS(0, PR_SET_NAME), IS(1, process_worker)),
		/* An epoll of its own, with what it was born with. */
		ALLOW(epoll_create1, IS(0, EPOLL_CLOEXEC)),
		ALLOW(epoll_ctl, IS(1, EPOLL_CTL_ADD), FIXED(2)),
	};

	return ADD(ctx, calls);
}

static int
add_worker(scmp_filter_ctx ctx, const struct role_descriptors *fd)
{
	int error;

	/* Two calls a message: they are looked for first. */
	if ((error = seccomp_syscall_priority(ctx, SCMP_SYS(recvfrom), 255)) !=
		0 ||
	    (error = seccomp_syscall_priority(ctx, SCMP_SYS(sendto), 254)) !=
		0 ||
	    (error = add_waiting(ctx, fd)) != 0 || (error = add_echo(ctx)) != 0)
		return error;
	return add_birth(ctx);
}

/* syslog(3) and standard error. */
static int
add_logger(scmp_filter_ctx ctx, const struct role_descriptors *fd)
{
	const struct call calls[] = {
		ALLOW(recvmsg, IS(0, fd->log_reader)),
		/* The log daemon may be started later, or again.  Any local
		 * socket that this user may connect to can be reached. */
		ALLOW(socket, IS(0, AF_UNIX), IS(1, SOCK_DGRAM | SOCK_CLOEXEC)),
		ALLOW(socket, IS(0, AF_UNIX),
		    IS(1, SOCK_STREAM | SOCK_CLOEXEC)),
		ALLOW(connect),
		ALLOW(sendto, IS(4, 0)),
		ALLOW(write, IS(0, STDERR_FILENO)),
		/* Standard error may not block, and be full. */
		ALLOW(poll),
		ALLOW(ppoll),
		ALLOW(time),
		ALLOW(gettimeofday),
		/* syslog(3) allocates memory for a long line. */
		ALLOW(brk),
		ALLOW(mmap, LACKS(2, PROT_EXEC),
		    IS(3, MAP_PRIVATE | MAP_ANONYMOUS)),
		ALLOW(munmap),
		ALLOW(getrandom),
	};

	return ADD(ctx, calls);
}

/*
 * HTTP.  Numbers of connections are the highest, so what is allowed for them is
 * not for the listeners and the socket to the master.
 */
static int
add_reporter(scmp_filter_ctx ctx, const struct role_descriptors *fd)
{
	const int first = fd->connections;
	const struct call calls[] = {
		ALLOW(epoll_wait),
		ALLOW(epoll_pwait),
		ALLOW(epoll_ctl),
		/* Nothing but its listeners can be accepted from. */
		ALLOW(accept4, IS(3, SOCK_CLOEXEC | SOCK_NONBLOCK)),
		ALLOW(recvfrom, FROM(0, first), IS(4, 0)),
		ALLOW(sendto, FROM(0, first), IS(4, 0)),
		/* An attacker can send descriptors to its clients, but not to
		 * the master. */
		ALLOW(sendmsg, FROM(0, first)),
		ALLOW(shutdown, FROM(0, first)),
		/* The library looks whether it is non-blocking. */
		ALLOW(fcntl, FROM(0, first), IS(1, F_GETFL)),
		ALLOW(fcntl, FROM(0, first), IS(1, F_SETFL)),
		ALLOW(fcntl, FROM(0, first), IS(1, F_GETFD)),
		ALLOW(fcntl, FROM(0, first), IS(1, F_SETFD)),
		ALLOW(setsockopt, FROM(0, first), IS(1, IPPROTO_TCP)),
		/* Answers of the master are received without descriptors. */
		ALLOW(recvfrom, IS(0, fd->master), IS(3, MSG_DONTWAIT),
		    IS(4, 0)),
		ALLOW(sendto, IS(0, fd->master),
		    IS(3, MSG_DONTWAIT | MSG_NOSIGNAL), IS(4, 0)),
		/* The library wakes itself by an eventfd. */
		ALLOW(read, IS(2, 8)),
		ALLOW(write, IS(2, 8)),
		/* The date of a reply. */
		ALLOW(time),
		ALLOW(gettimeofday),
		ALLOW(prctl, IS(0, PR_SET_PDEATHSIG), IS(1, SIGKILL)),
		/* Replies are made in memory. */
		ALLOW(brk),
		ALLOW(mmap, LACKS(2, PROT_EXEC),
		    IS(3, MAP_PRIVATE | MAP_ANONYMOUS)),
		ALLOW(mremap),
		ALLOW(munmap),
		ALLOW(getrandom),
	};

	return ADD(ctx, calls);
}

int
calls_add(scmp_filter_ctx ctx, enum role role,
    const struct role_descriptors *fd)
{
	int error = add_common(ctx);

	if (error != 0)
		return error;
	switch (role) {
	case ROLE_WORKER:
		return add_worker(ctx, fd);
	case ROLE_LOGGER:
		return add_logger(ctx, fd);
	case ROLE_REPORTER:
		return add_reporter(ctx, fd);
	case ROLES:
		break;
	}
	return -EINVAL;
}

#endif
