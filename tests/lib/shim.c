/* SPDX-License-Identifier: ISC */
/*
 * shim: a library to be preloaded into echod by tests (Shim.pm).
 *
 * $ECHOD_SHIM names a folder; a file in it is an order:
 *
 *	hold-CALL	before CALL, as long as the file exists, do not go on,
 *			whatever signals come; CALL is epoll_pwait, accept4,
 *			recv, send, prctl, pdeathsig or getaddrinfo.  Who is held makes
 *			the file entered-CALL.PID first.
 *	pass-PID	that process is not held.
 *	fail-CALL	CALL, by which the forker, a drainer or the logger is
 *			confined, fails with EPERM: capset, chroot,
 *			landlock_create_ruleset, landlock_restrict_self, prctl,
 *			seccomp, setgroups, setresgid, setresuid or setrlimit.
 *			Of prctl only PR_SET_NO_NEW_PRIVS is meant.
 *	lie-CALL	setgroups, setresgid or setresuid returns 0, and has
 *			done nothing.
 *	fail-dumpable	so does PR_SET_DUMPABLE.
 *	fail-pdeathsig	so does PR_SET_PDEATHSIG of a worker.
 *	no-ipv6		the kernel has no such sockets.
 *	die-awake	after epoll_pwait has reported an event, the first
 *			process to get here removes the file and kills itself.
 *	short		recv moves three bytes at a time and send one, and every
 *			other call fails with EINTR.
 *	poison		a worker that receives "poison: signal N" sends itself
 *			that signal, and one that receives "poison: exit N"
 *			exits with that status.
 *	garble		recv of a worker changes the first byte.
 *	no-peer		accept4 reports no address of the client.
 *	die-CALL	a process that calls prctl or pdeathsig as above kills
 *			itself; that is, before it is ready.
 *	malloc-N	the Nth allocation of each loader fails; it makes the
 *			file entered-malloc.PID.
 *	fail-read	a loader cannot read regular files: EIO.
 *	clock-ahead	the time of day is that of a year later.
 *	clock-back	the time of day is that of a year ago.
 *
 * $ECHOD_SHIM_MEMORY is "loader N" or "daemon N": of that program, the Nth
 * allocation fails, once; the child of a fork goes on counting where its parent
 * was.  Who has had that makes the file entered-malloc.PID.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/seccomp.h>
#include <netdb.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/*
 * What connects the forker with the master (forker.c); in any other process this
 * is no connection either.
 */
enum { LINK = 3 };

#ifndef SYS_landlock_create_ruleset /* as in the kernel, on every machine */
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_restrict_self 446
#endif

/* The function of that name that this library hides. */
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static const char *
path(char *buf, size_t size, const char *what, const char *call)
{
	const char *dir = getenv("ECHOD_SHIM");

	snprintf(buf, size, "%s/%s%s", dir != NULL ? dir : "/nonexistent",
	    what, call);
	return buf;
}

static int
ordered(const char *what, const char *call)
{
	char buf[512];
	int saved = errno;
	int yes = access(path(buf, sizeof(buf), what, call), F_OK) == 0;

	errno = saved;
	return yes;
}

/* The loader is another program, with the same library. */
static int
is_loader(void)
{
	return strcmp(program_invocation_short_name, "echod-load") == 0;
}

/* Not to be interrupted: this stands for the moment before the call. */
static void
hold(const char *call)
{
	struct timespec rest = { .tv_nsec = 2000000 };
	char buf[512], name[64];
	int fd, saved = errno;

	if (!ordered("hold-", call))
		return;
	/* An empty file: the loader may not write more. */
	snprintf(name, sizeof(name), "%s.%ld", call, (long)getpid());
	fd = open(path(buf, sizeof(buf), "entered-", name),
	    O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd != -1)
		close(fd);
	snprintf(name, sizeof(name), "%ld", (long)getpid());
	while (ordered("hold-", call) && !ordered("pass-", name))
		(void)nanosleep(&rest, NULL);
	errno = saved;
}

static int
failed(int error)
{
	errno = error;
	return -1;
}

/* So many bytes a call at most, and every other call is interrupted. */
static int
interrupted(size_t *n, size_t most)
{
	static unsigned calls;

	if (!ordered("short", ""))
		return 0;
	if (*n > most)
		*n = most;
	return calls++ % 2 != 0 && failed(EINTR);
}

/* What a client sends that knows of a fault in the program. */
static void
swallow(const char *buf, ssize_t n)
{
	char text[64];
	int number;

	if (n <= 0 || !ordered("poison", ""))
		return;
	snprintf(text, sizeof(text), "%.*s", (int)n, buf);
	if (sscanf(text, "poison: signal %d", &number) == 1)
		raise(number);
	if (sscanf(text, "poison: exit %d", &number) == 1)
		_exit(number);
}

int
epoll_pwait(int fd, struct epoll_event *events, int max, int timeout,
    const sigset_t *mask)
{
	char buf[512];
	int n;

	hold("epoll_pwait");
	n = REAL(epoll_pwait)(fd, events, max, timeout, mask);
	/* Only one process can remove the order, and so only one obeys. */
	if (n > 0 && ordered("die-awake", "") &&
	    unlink(path(buf, sizeof(buf), "die-awake", "")) == 0)
		raise(SIGKILL);
	return n;
}

int
accept4(int fd, struct sockaddr *addr, socklen_t *len, int flags)
{
	int peer;

	hold("accept4");
	peer = REAL(accept4)(fd, addr, len, flags);
	if (peer != -1 && ordered("no-peer", ""))
		*len = 0;
	return peer;
}

ssize_t
recv(int fd, void *buf, size_t n, int flags)
{
	ssize_t got;

	if (fd == LINK)
		return REAL(recv)(fd, buf, n, flags);
	hold("recv");
	got = interrupted(&n, 3) ? -1 : REAL(recv)(fd, buf, n, flags);
	swallow(buf, got);
	if (got > 0 && flags == 0 && ordered("garble", ""))
		*(char *)buf ^= 1;
	return got;
}

/* The fortified form that the compiler may have chosen. */
ssize_t
__recv_chk(int fd, void *buf, size_t n, size_t size, int flags)
{
	return recv(fd, buf, n < size ? n : size, flags);
}

ssize_t
send(int fd, const void *buf, size_t n, int flags)
{
	/* A line of the log, which is sent without waiting, is none of it. */
	if ((flags & MSG_DONTWAIT) || fd == LINK)
		return REAL(send)(fd, buf, n, flags);
	hold("send");
	return interrupted(&n, 1) ? -1 : REAL(send)(fd, buf, n, flags);
}

int
prctl(int option, ...)
{
	static int confined;
	unsigned long arg[4];
	va_list ap;

	va_start(ap, option);
	for (int i = 0; i < 4; i++)
		arg[i] = va_arg(ap, unsigned long);
	va_end(ap);
	/* The last step of the forker, drainers and the logger. */
	if (option == PR_SET_NO_NEW_PRIVS && !is_loader()) {
		confined = 1;
		hold("prctl");
		if (ordered("die-prctl", ""))
			raise(SIGKILL);
		if (ordered("fail-prctl", ""))
			return failed(EPERM);
	}
	if (option == PR_SET_DUMPABLE && ordered("fail-dumpable", ""))
		return failed(EPERM);
	/* A step of each worker. */
	if (option == PR_SET_PDEATHSIG && confined) {
		hold("pdeathsig");
		if (ordered("die-pdeathsig", ""))
			raise(SIGKILL);
		if (ordered("fail-pdeathsig", ""))
			return failed(EPERM);
	}
	return REAL(prctl)(option, arg[0], arg[1], arg[2], arg[3]);
}

/* Whether this call is not made; *result is what it seems to return then. */
static int
spoilt(const char *call, int *result)
{
	/* Nor is what has executed echod. */
	if (is_loader() ||
	    strncmp(program_invocation_short_name, "echod", 5) != 0)
		return 0;
	*result = 0;
	if (ordered("fail-", call))
		*result = failed(EPERM);
	return *result == -1 || ordered("lie-", call);
}

int
setresuid(uid_t ruid, uid_t euid, uid_t suid)
{
	int result;

	return spoilt("setresuid", &result) ? result :
					      REAL(setresuid)(ruid, euid, suid);
}

int
setresgid(gid_t rgid, gid_t egid, gid_t sgid)
{
	int result;

	return spoilt("setresgid", &result) ? result :
					      REAL(setresgid)(rgid, egid, sgid);
}

int
setgroups(size_t n, const gid_t *list)
{
	int result;

	return spoilt("setgroups", &result) ? result : REAL(setgroups)(n, list);
}

int
chroot(const char *dir)
{
	int result;

	return spoilt("chroot", &result) ? result : REAL(chroot)(dir);
}

int
setrlimit(__rlimit_resource_t resource, const struct rlimit *limit)
{
	int result;

	return spoilt("setrlimit", &result) ? result :
					      REAL(setrlimit)(resource, limit);
}

/* Calls for which the C library has no function, or none that is declared. */
long
syscall(long number, ...)
{
	const char *name = number == SYS_capset ? "capset" :
	    number == SYS_landlock_create_ruleset ? "landlock_create_ruleset" :
	    number == SYS_landlock_restrict_self  ? "landlock_restrict_self" :
	    number == SYS_seccomp		  ? "seccomp" :
						    NULL;
	long arg[6];
	va_list ap;
	int result;

	va_start(ap, number);
	for (int i = 0; i < 6; i++)
		arg[i] = va_arg(ap, long);
	va_end(ap);
	/* Without an attribute, or without a program, it only asks. */
	if (name != NULL &&
	    !(number == SYS_landlock_create_ruleset && arg[0] == 0) &&
	    !(number == SYS_seccomp &&
		(arg[0] != SECCOMP_SET_MODE_FILTER || arg[2] == 0)) &&
	    spoilt(name, &result))
		return result;
	return REAL(syscall)(number, arg[0], arg[1], arg[2], arg[3], arg[4],
	    arg[5]);
}

int
getaddrinfo(const char *restrict node, const char *restrict service,
    const struct addrinfo *restrict hints, struct addrinfo **restrict found)
{
	hold("getaddrinfo");
	return REAL(getaddrinfo)(node, service, hints, found);
}

int
socket(int family, int type, int protocol)
{
	if (family == AF_INET6 && ordered("no-ipv6", ""))
		return failed(EAFNOSUPPORT);
	return REAL(socket)(family, type, protocol);
}

ssize_t
read(int fd, void *buf, size_t n)
{
	struct stat st;

	if (is_loader() && ordered("fail-read", "") && fstat(fd, &st) == 0 &&
	    S_ISREG(st.st_mode))
		return failed(EIO);
	return REAL(read)(fd, buf, n);
}

/* The fortified form that the compiler may have chosen. */
ssize_t
__read_chk(int fd, void *buf, size_t n, size_t size)
{
	return read(fd, buf, n < size ? n : size);
}

/* Found once: to find it takes an allocation, for which sanitizers ask for the
 * time, and these are content with any until then. */
static __typeof__(&clock_gettime) real_clock;

__attribute__((constructor)) static void
find_clock(void)
{
	real_clock = REAL(clock_gettime);
}

int
clock_gettime(clockid_t id, struct timespec *ts)
{
	const time_t year = 365 * 24 * 60 * 60;
	int result = 0;

	*ts = (struct timespec){ 0 };
	if (real_clock != NULL)
		result = real_clock(id, ts);

	if (id == CLOCK_REALTIME && ordered("clock-ahead", ""))
		ts->tv_sec += year;
	else if (id == CLOCK_REALTIME && ordered("clock-back", ""))
		ts->tv_sec -= year;
	return result;
}

/* Not REAL: to find that takes an allocation. */
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);

static int
out_of_memory(void)
{
	static long count;
	static long left = -1; /* 0: it has failed, or none is to fail */
	const char *order = getenv("ECHOD_SHIM_MEMORY");
	char buf[512], name[64];
	int fd;

	if (left == -1)
		left = order != NULL && strncmp(order, is_loader() ?
			"loader " : "daemon ", 7) == 0 ? atol(order + 7) : 0;
	snprintf(name, sizeof(name), "%ld", ++count);
	if ((left == 0 || --left > 0) &&
	    !(is_loader() && ordered("malloc-", name)))
		return 0;
	snprintf(name, sizeof(name), "malloc.%ld", (long)getpid());
	fd = open(path(buf, sizeof(buf), "entered-", name),
	    O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd != -1)
		close(fd);
	errno = ENOMEM;
	return 1;
}

void *
malloc(size_t n)
{
	return out_of_memory() ? NULL : __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	return out_of_memory() ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	return out_of_memory() ? NULL : __libc_realloc(p, n);
}
