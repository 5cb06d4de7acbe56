/* SPDX-License-Identifier: ISC */
/*
 * hostile: a worker that a client has taken over.  To be preloaded into echod
 * by tests (Hostile.pm).
 *
 * A client that sends "hostile DEED [NUMBER [NUMBER]]" has its worker do the
 * deed with all that a worker has: its descriptors, the memory that it shares,
 * and the right to signal processes of its user.  The answer is "ok" or the
 * reason why it could not be done.
 *
 * The deed "call NAME [NUMBER...]" makes this system call.  So does the logger
 * when a line has "logger call NAME [NUMBER...]"; and the loader makes those that
 * are in the file loader-calls of the folder $ECHOD_SHIM, one a line, when it
 * asks for an address, and leaves an empty file NAME=REASON there.
 *
 * There is one function a deed; the table at the end has their names.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { DESCRIPTORS = 1024 };

/* The function of that name that this library hides. */
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* What it has ------------------------------------------------------------- */

static int
option(int fd, int name)
{
	int value = -1;
	socklen_t len = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, name, &value, &len) == 0 ? value : -1;
}

/* A TCP socket without a peer: one that listens, or did. */
static int
is_listener(int fd)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	int domain = option(fd, SO_DOMAIN);

	return (domain == AF_INET || domain == AF_INET6) &&
	    getpeername(fd, (struct sockaddr *)&ss, &len) == -1;
}

static int
is_log(int fd)
{
	return option(fd, SO_DOMAIN) == AF_UNIX;
}

/* By which it wakes the master. */
static int
is_wake(int fd)
{
	char path[64], name[64] = "";

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (readlink(path, name, sizeof(name) - 1) == -1)
		return 0;
	return strcmp(name, "anon_inode:[eventfd]") == 0 ||
	    (strncmp(name, "pipe:", 5) == 0 &&
		(fcntl(fd, F_GETFL) & O_ACCMODE) == O_WRONLY);
}

static int
is_open(int fd)
{
	return fcntl(fd, F_GETFD) != -1;
}

/*
 * Do something to each descriptor of a kind.  Returns 0 if there was one and
 * nothing failed, else -1 with errno.
 */
static int
each(int (*is)(int), int (*act)(int))
{
	int done = 0, failed = 0;

	errno = ENOENT;
	for (int fd = 3; fd < DESCRIPTORS; fd++) {
		if (!is_open(fd) || !is(fd))
			continue;
		if (act(fd) == -1)
			failed = errno;
		else
			done++;
	}
	if (failed != 0)
		errno = failed;
	return done > 0 && failed == 0 ? 0 : -1;
}

/* A sequence of numbers that is the same each time (xorshift). */
static uint32_t
next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* Descriptors ------------------------------------------------------------- */

static int
make_blocking(int fd)
{
	return fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
}

/* Every description that it shares with others blocks from now on. */
static int
block_all(long a, long b)
{
	(void)a;
	(void)b;
	return each(is_open, make_blocking);
}

static int
block_listeners(long a, long b)
{
	(void)a;
	(void)b;
	return each(is_listener, make_blocking);
}

/* As much as fits, so that no other worker can add anything. */
static int
fill(int fd)
{
	static char bytes[65536];
	uint64_t most = UINT64_MAX - 1;

	if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) == -1)
		return -1;
	if (write(fd, &most, sizeof(most)) == -1 && errno != EAGAIN)
		return -1;
	while (write(fd, bytes, sizeof(bytes)) > 0 || write(fd, bytes, 1) > 0)
		;
	return make_blocking(fd);
}

static int
fill_wake(long a, long b)
{
	(void)a;
	(void)b;
	return each(is_wake, fill);
}

static int
shut(int fd)
{
	return shutdown(fd, SHUT_RDWR);
}

static int
shut_listeners(long a, long b)
{
	(void)a;
	(void)b;
	return each(is_listener, shut);
}

static int
shut_log(long a, long b)
{
	(void)a;
	(void)b;
	return each(is_log, shut);
}

/* A connect to no address ends the listening, too (connect(2)). */
static int
disconnect(int fd)
{
	struct sockaddr sa = { .sa_family = AF_UNSPEC };

	return connect(fd, &sa, sizeof(sa));
}

static int
disconnect_listeners(long a, long b)
{
	(void)a;
	(void)b;
	return each(is_listener, disconnect);
}

/* What each later connection inherits: no time to send, a reset as its end. */
static int
spoil(int fd)
{
	struct timeval shortest = { .tv_usec = 1 };
	struct linger reset = { .l_onoff = 1 };

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &shortest,
		sizeof(shortest)) == -1)
		return -1;
	return setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
}

static int
spoil_listeners(long a, long b)
{
	(void)a;
	(void)b;
	return each(is_listener, spoil);
}

static int
narrow(int fd)
{
	int bytes = 1;

	return setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
}

static int
narrow_log(long a, long b)
{
	(void)a;
	(void)b;
	return each(is_log, narrow);
}

/* A line, and with it as many descriptors as the kernel takes at a time. */
static int
hand_over(int fd)
{
	enum { RIGHTS = 253 };
	static int rights[RIGHTS]; /* standard input */
	union {
		char bytes[CMSG_SPACE(sizeof(rights))];
		struct cmsghdr aligned;
	} control;
	struct iovec iov = { .iov_base = "5with descriptors",
		.iov_len = strlen("5with descriptors") };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(rights));
	memcpy(CMSG_DATA(cmsg), rights, sizeof(rights));
	return sendmsg(fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) == -1 ? -1 : 0;
}

static int
send_rights(long a, long b)
{
	(void)a;
	(void)b;
	return each(is_log, hand_over);
}

/* Shared memory ----------------------------------------------------------- */

/*
 * Fill all shared memory that is writable, or that can be made so, with random
 * bytes.  Returns whether there was any of the kind that is asked for.
 */
static int
scribble_on(const char *kind, uint32_t seed)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned long from, to;
	char line[512], mode[8];
	int found = 0;

	if (maps == NULL)
		return -1;
	while (fgets(line, sizeof(line), maps) != NULL) {
		if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) != 3 ||
		    strcmp(mode, kind) != 0)
			continue;
		if (mode[1] != 'w' &&
		    mprotect((void *)from, to - from,
			PROT_READ | PROT_WRITE) == -1)
			continue;
		found = 1;
		for (uint32_t *p = (uint32_t *)from; p < (uint32_t *)to; p++)
			*p = next_random(&seed);
	}
	fclose(maps);
	errno = EACCES;
	return found ? 0 : -1;
}

static int
scribble(long seed, long b)
{
	(void)b;
	return scribble_on("rw-s", (uint32_t)seed | 1);
}

/* Only what it is not meant to write. */
static int
unprotect(long seed, long b)
{
	(void)b;
	return scribble_on("r--s", (uint32_t)seed | 1);
}

/* Processes --------------------------------------------------------------- */

static int
signal_process(long pid, long signo)
{
	return kill((pid_t)pid, (int)signo);
}

/* What it might want ------------------------------------------------------ */

/* The memory of another process, to read and to change. */
static int
open_memory(long pid, long b)
{
	char path[64];
	int fd;

	(void)b;
	snprintf(path, sizeof(path), "/proc/%ld/mem", pid);
	fd = open(path, O_RDWR | O_CLOEXEC);
	return fd == -1 ? -1 : close(fd);
}

static int
trace(long pid, long b)
{
	(void)b;
	return ptrace(PTRACE_ATTACH, (pid_t)pid, NULL, NULL) == -1 ? -1 : 0;
}

/* A file that everybody may read. */
static int
open_file(long a, long b)
{
	int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);

	(void)a;
	(void)b;
	return fd == -1 ? -1 : close(fd);
}

/* Another root directory, as root may choose one. */
static int
move_root(long a, long b)
{
	(void)a;
	(void)b;
	return chroot("/");
}

/* Another program in the place of this one; it returns only if it fails. */
static int
execute(long a, long b)
{
	char *const args[] = { "sh", "-c", "exit 3", NULL };

	(void)a;
	(void)b;
	return execv("/bin/sh", args);
}

/* Go on to another server from here. */
static int
relay(long port, long b)
{
	struct sockaddr_in sa = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int result;

	(void)b;
	if (fd == -1)
		return -1;
	result = connect(fd, (struct sockaddr *)&sa, sizeof(sa));
	close(fd);
	return result;
}

/* Children without end; fails with what stopped it, after so many at most. */
static int
breed(long most, long b)
{
	pid_t pid;

	(void)b;
	for (long n = 0; n < most; n++)
		if ((pid = fork()) == 0) {
			for (;;)
				pause();
		} else if (pid == -1) {
			return -1;
		}
	return 0;
}

/* Descriptors without end, from one. */
static int
hoard(long most, long b)
{
	(void)b;
	for (long n = 0; n < most; n++)
		if (dup(0) == -1)
			return -1;
	return 0;
}

/* So many MiB of memory, in use. */
static int
devour(long mib, long b)
{
	size_t size = (size_t)mib << 20;
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)b;
	if (p == MAP_FAILED)
		return -1;
	memset(p, 1, size);
	return 0;
}

/* Neither serve nor sleep, for so many milliseconds of processor time. */
static int
burn(long ms, long b)
{
	(void)b;
	while (clock() / (CLOCKS_PER_SEC / 1000) < ms)
		;
	return 0;
}

/*
 * Records for the log, to whose descriptor fd leads: an error that did not happen,
 * bytes for a terminal and a second line, and a change of the logger's settings.
 */
static int
forge(long fd, long b)
{
	static const char *const records[] = {
		"3stopped exit_status=71",
		"5\033[2Jcleared\necho: error: a second line",
		"\001settings",
	};

	(void)b;
	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++)
		if (send((int)fd, records[i], strlen(records[i]),
			MSG_DONTWAIT | MSG_NOSIGNAL) == -1)
			return -1;
	return 0;
}

/* System calls ------------------------------------------------------------ */

#define CALL(name) { #name, SYS_##name }

/* As the kernel sees them, whatever the C library would make of them. */
static const struct {
	const char *name;
	long number;
} calls[] = {
	CALL(accept4),
	CALL(bind),
	CALL(bpf),
	CALL(brk),
	CALL(capset),
	CALL(chroot),
	CALL(clone),
	CALL(connect),
	CALL(dup),
	CALL(epoll_create1),
	CALL(epoll_ctl),
	CALL(execve),
	CALL(fcntl),
	CALL(getsockopt),
	CALL(ioctl),
	CALL(keyctl),
	CALL(kill),
	CALL(listen),
	CALL(memfd_create),
	CALL(mkdirat),
	CALL(mmap),
	CALL(mount),
	CALL(mprotect),
	CALL(openat),
	CALL(perf_event_open),
	CALL(pidfd_open),
	CALL(prctl),
	CALL(prlimit64),
	CALL(process_vm_readv),
	CALL(ptrace),
	CALL(read),
	CALL(recvfrom),
	CALL(recvmsg),
	CALL(rt_sigaction),
	CALL(sendmsg),
	CALL(sendto),
	CALL(setitimer),
	CALL(setresuid),
	CALL(setsockopt),
	CALL(shutdown),
	CALL(socket),
	CALL(socketpair),
	CALL(tgkill),
	CALL(timer_create),
	CALL(tkill),
	CALL(unlinkat),
	CALL(unshare),
	CALL(userfaultfd),
	CALL(write),
	CALL(writev),
};

/* "call NAME [NUMBER...]": returns what the call returned. */
static long
make_call(const char *words)
{
	long n[5] = { 0 };
	char name[32] = "";

	(void)sscanf(words, "call %31s %ld %ld %ld %ld %ld", name, &n[0], &n[1],
	    &n[2], &n[3], &n[4]);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strcmp(calls[i].name, name) == 0)
			return syscall(calls[i].number, n[0], n[1], n[2], n[3],
			    n[4], 0);
	errno = EDOM;
	return -1;
}

/* The end of a process in which the C library has found a fault. */

static int
give_up(long a, long b)
{
	(void)a;
	(void)b;
	abort();
}

static int
smash(long a, long b)
{
	extern _Noreturn void __stack_chk_fail(void);

	(void)a;
	(void)b;
	__stack_chk_fail();
}

static int
overflow(long a, long b)
{
	extern _Noreturn void __chk_fail(void);

	(void)a;
	(void)b;
	__chk_fail();
}

/* A call of another architecture: exit(0) of i386. */
static int
call_foreign(long a, long b)
{
	(void)a;
	(void)b;
#ifdef __x86_64__
	__asm__ volatile("int $0x80" : : "a"(1), "b"(0) : "memory");
#endif
	errno = ENOSYS;
	return -1;
}

/* ------------------------------------------------------------------------- */

static const struct {
	const char *name;
	int (*act)(long, long);
} deeds[] = {
	{ "abort", give_up },
	{ "block-all", block_all },
	{ "block-listeners", block_listeners },
	{ "breed", breed },
	{ "burn", burn },
	{ "devour", devour },
	{ "disconnect-listeners", disconnect_listeners },
	{ "execute", execute },
	{ "fill-wake", fill_wake },
	{ "foreign", call_foreign },
	{ "forge", forge },
	{ "hoard", hoard },
	{ "move-root", move_root },
	{ "narrow-log", narrow_log },
	{ "open-file", open_file },
	{ "open-memory", open_memory },
	{ "overflow", overflow },
	{ "relay", relay },
	{ "scribble", scribble },
	{ "send-rights", send_rights },
	{ "shut-listeners", shut_listeners },
	{ "shut-log", shut_log },
	{ "signal", signal_process },
	{ "smash", smash },
	{ "spoil-listeners", spoil_listeners },
	{ "trace", trace },
	{ "unprotect", unprotect },
};

/* Returns the length of the answer, which takes the place of the order. */
static ssize_t
obey(char *order, size_t size)
{
	const char *answer = "no such deed";
	char name[32] = "";
	long a = 0, b = 0;

	(void)sscanf(order, "hostile %31s %ld %ld", name, &a, &b);
	for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++)
		if (strcmp(deeds[i].name, name) == 0)
			answer = deeds[i].act(a, b) == 0 ? "ok" :
							   strerror(errno);
	if (strcmp(name, "call") == 0)
		answer = make_call(order + strlen("hostile ")) != -1 ?
		    "ok" :
		    strerror(errno);
	return snprintf(order, size, "%s", answer);
}

ssize_t
recv(int fd, void *buf, size_t n, int flags)
{
	ssize_t got = REAL(recv)(fd, buf, n, flags);

	if (got <= 0 || (size_t)got >= n || strncmp(buf, "hostile ", 8) != 0)
		return got;
	((char *)buf)[got] = '\0';
	return obey(buf, n);
}

/* In the logger alone. */
ssize_t
recvmsg(int fd, struct msghdr *msg, int flags)
{
	ssize_t n = REAL(recvmsg)(fd, msg, flags);
	const char *order;

	if (n <= 0 || (size_t)n >= msg->msg_iov[0].iov_len)
		return n;
	((char *)msg->msg_iov[0].iov_base)[n] = '\0';
	order = strstr(msg->msg_iov[0].iov_base, "logger call ");
	if (order != NULL)
		(void)make_call(order + strlen("logger "));
	return n;
}

/* In the loader, which asks for the addresses to listen on. */
int
getaddrinfo(const char *restrict node, const char *restrict service,
    const struct addrinfo *restrict hints, struct addrinfo **restrict found)
{
	const char *dir = getenv("ECHOD_SHIM");
	char line[256], name[32], path[512];
	FILE *orders;
	long result;
	int fd;

	snprintf(path, sizeof(path), "%s/loader-calls", dir);
	orders = fopen(path, "re");
	while (orders != NULL && fgets(line, sizeof(line), orders) != NULL) {
		errno = 0;
		result = make_call(line);
		(void)sscanf(line, "call %31s", name);
		snprintf(path, sizeof(path), "%s/%s=%s", dir, name,
		    result == -1 ? strerrorname_np(errno) : "ok");
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
		if (fd != -1)
			close(fd);
	}
	if (orders != NULL)
		fclose(orders);
	return REAL(getaddrinfo)(node, service, hints, found);
}

/* The fortified form that the compiler may have chosen. */
ssize_t
__recv_chk(int fd, void *buf, size_t n, size_t size, int flags)
{
	return recv(fd, buf, n < size ? n : size, flags);
}
