/* SPDX-License-Identifier: ISC */
/* echo: every byte comes back, however a connection goes and ends. */
#include "check.h"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "common/addr.h"
#include "common/clock.h"
#include "common/net.h"
#include "daemon/worker/echo.h"

enum { WAIT_MS = 60000 };

/* What the server, a child, tells of itself. */
static volatile struct {
	int serving; /* it is about to call echo_serve() */
	int end;     /* what echo_serve() returned */
	int error;
	uint64_t in, out;
	uint64_t received, sent; /* the sums of the hooks */
	char story[256];	 /* the chunks, each in brackets */
} * told;

/* A connection and its server. */
static struct {
	int fd; /* the client's end */
	pid_t server;
} peer = { .fd = -1 };

static int
map(void **state)
{
	(void)state;
	told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return told == MAP_FAILED ? -1 : 0;
}

static int
unmap(void **state)
{
	(void)state;
	return munmap((void *)(uintptr_t)told, sizeof(*told));
}

/*
 * A client that is slow: so many sends in a row find no room, and after each
 * of them so many bytes are left that it has not acknowledged.
 */
static struct {
	int fd;
	int count;	    /* of these sends */
	int sends;	    /* that there have been */
	const int *unacked; /* after each; -1: unknown */
} slow = { .fd = -1 };

/* As libc has it. */
#ifdef __GLIBC__
typedef unsigned long ioctl_request;
#else
typedef int ioctl_request;
#endif

/* In the place of libc's, for this program and for echo.c. */
ssize_t
send(int fd, const void *data, size_t n, int flags)
{
	if (fd != slow.fd || slow.sends == slow.count)
		return sendto(fd, data, n, flags, NULL, 0);
	slow.sends++;
	errno = EAGAIN;
	return -1;
}

int
ioctl(int fd, ioctl_request request, ...)
{
	va_list ap;
	void *arg;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (fd != slow.fd || request != SIOCOUTQ || slow.sends == 0)
		return (int)syscall(SYS_ioctl, fd, request, arg);
	if (slow.unacked[slow.sends - 1] == -1) {
		errno = EINVAL;
		return -1;
	}
	*(int *)arg = slow.unacked[slow.sends - 1];
	return 0;
}

/* After a test that failed half-way. */
static int
clean_up(void **state)
{
	(void)state;
	if (peer.server > 0) {
		kill(peer.server, SIGKILL);
		check_wait(peer.server);
	}
	if (peer.fd != -1)
		close(peer.fd);
	peer.server = 0;
	peer.fd = -1;
	slow.fd = -1;
	return 0;
}

static void
on_signal(int signo)
{
	echo_interrupt(signo == SIGTERM ? ECHO_DRAINED : ECHO_LIFETIME);
}

static void
on_received(const struct echo *e, size_t n)
{
	size_t used = strlen((const char *)told->story);

	told->received += n;
	if (used + n + 3 < sizeof(told->story))
		snprintf((char *)told->story + used, sizeof(told->story) - used,
		    "[%.*s]", (int)n, e->buffer);
}

static void
on_sent(const struct echo *e, size_t n)
{
	(void)e;
	told->sent += n;
}

static void
pair_unix(int fd[2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd),
	    0);
}

/* Two ends of a real connection through the loopback interface. */
static void
pair_tcp(int fd[2])
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct addr a;

	addr_from_literal(&a, "127.0.0.1", 0);
	assert_int_equal(bind(listener, &a.sa, a.len), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&ss, &len),
	    0);
	fd[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fd[0], (struct sockaddr *)&ss, len), 0);
	fd[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(fd[1] >= 0);
	close(listener);
}

/* How to serve; zero is a plain server without time-outs. */
struct manner {
	size_t size;	    /* of the buffer; 0: 4096 */
	int64_t idle, send; /* time-outs in ms; 0: none */
	int signal;	    /* raise it between echo_begin and echo_serve */
	bool small;	    /* buffers of the kernel */
};

static void
serve(int fd, const struct manner *manner)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct echo e = { .fd = fd,
		.size = manner->size != 0 ? manner->size : 4096,
		.received = on_received,
		.sent = on_sent };

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGALRM, &action, NULL);
	if ((e.buffer = malloc(e.size)) == NULL ||
	    net_receive_timeout(fd, manner->idle) == -1 ||
	    net_send_timeout(fd, manner->send) == -1)
		_exit(1);
	echo_begin(&e);
	if (manner->signal != 0)
		raise(manner->signal);
	told->serving = 1;
	told->end = (int)echo_serve(&e);
	told->in = e.in;
	told->out = e.out;
	told->error = e.error;
	free(e.buffer);
	_exit(0);
}

static void
start(void (*pair)(int fd[2]), const struct manner *manner)
{
	static const struct manner plain;
	int fd[2], small = 4096;

	memset((void *)(uintptr_t)told, 0, sizeof(*told));
	pair(fd);
	if (manner == NULL)
		manner = &plain;
	if (manner->small)
		for (int i = 0; i < 2; i++) {
			setsockopt(fd[i], SOL_SOCKET, SO_SNDBUF, &small,
			    sizeof(small));
			setsockopt(fd[i], SOL_SOCKET, SO_RCVBUF, &small,
			    sizeof(small));
		}
	peer.fd = fd[0];
	if ((peer.server = fork()) == 0) {
		close(fd[0]);
		serve(fd[1], manner);
	}
	assert_true(peer.server > 0);
	close(fd[1]);
}

/* The server has ended its connection in this way, while we are here. */
static void
ended_alone(enum echo_end end)
{
	pid_t server = peer.server;

	peer.server = 0;
	assert_int_equal(check_wait(server), 0);
	CHECK(told->end == (int)end, "%s, wanted %s",
	    echo_end_name((enum echo_end)told->end), echo_end_name(end));
	assert_int_equal(told->received, told->in);
	assert_int_equal(told->sent, told->out);
}

/* The same; we go first, as it waits for that. */
static void
ended(enum echo_end end)
{
	if (peer.fd != -1)
		close(peer.fd);
	peer.fd = -1;
	ended_alone(end);
}

static char
pattern(uint64_t offset)
{
	return (char)(offset * 2654435761U >> 13);
}

/* Receive until the end; each byte must be the pattern's.  Returns how many. */
static uint64_t
receive_all(void)
{
	uint64_t total = 0;
	char buf[8192];
	ssize_t n;

	while ((n = recv(peer.fd, buf, sizeof(buf), 0)) > 0) {
		for (ssize_t i = 0; i < n; i++)
			CHECK(buf[i] == pattern(total + (uint64_t)i),
			    "byte %zu", (size_t)(total + (uint64_t)i));
		total += (uint64_t)n;
	}
	CHECK(n == 0, "%s", strerror(errno));
	return total;
}

/* Send so much of the pattern, as long as the server takes it. */
static uint64_t
send_until_stuck(uint64_t most)
{
	uint64_t total = 0;
	char buf[1000];
	ssize_t n;

	while (total < most) {
		struct pollfd pfd = { .fd = peer.fd, .events = POLLOUT };
		size_t length = most - total < sizeof(buf) ?
		    (size_t)(most - total) :
		    sizeof(buf);

		for (size_t i = 0; i < length; i++)
			buf[i] = pattern(total + i);
		n = send(peer.fd, buf, length, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n > 0)
			total += (uint64_t)n;
		/* It has gone, or for a moment there is no progress. */
		else if (errno != EAGAIN || poll(&pfd, 1, 100) == 0)
			break;
	}
	return total;
}

/* Whether the process sleeps (proc(5)). */
static bool
sleeps(pid_t pid)
{
	char path[64], text[512];
	const char *state;

	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	check_read(path, text, sizeof(text));
	state = strrchr(text, ')');
	return state != NULL && state[2] == 'S';
}

/* Wait until the server has nothing to do but a call that blocks. */
static void
wait_until_blocked(void)
{
	int64_t deadline = clock_ms() + WAIT_MS;

	while (!told->serving || !sleeps(peer.server)) {
		assert_true(clock_ms() < deadline);
		(void)poll(NULL, 0, 1);
	}
}

static void (*const pairs[])(int fd[2]) = { pair_unix, pair_tcp };

static void
echoes_until_half_closed(void **state)
{
	static const size_t sizes[] = { 1, 2, 16, 1000, 65536, 1 << 20 };
	static const uint64_t lengths[] = { 0, 1, 15, 16, 17, 5000 };

	(void)state;
	for (size_t p = 0; p < COUNT(pairs); p++)
		for (size_t i = 0; i < COUNT(sizes); i++)
			for (size_t k = 0; k < COUNT(lengths); k++) {
				struct manner manner = { .size = sizes[i] };

				start(pairs[p], &manner);
				assert_int_equal(send_until_stuck(lengths[k]),
				    lengths[k]);
				shutdown(peer.fd, SHUT_WR);
				CHECK(receive_all() == lengths[k], "%zu, %zu",
				    sizes[i], k);
				ended(ECHO_CLOSED);
				assert_int_equal(told->in, lengths[k]);
				assert_int_equal(told->out, lengths[k]);
				assert_int_equal(told->sent, lengths[k]);
			}
}

/* The tutorial's message in the tutorial's chunks. */
static void
chunks_have_the_size_of_the_buffer(void **state)
{
	static const char message[] =
	    "This is the message.  It will be repeated.";
	struct manner manner = { .size = 16 };
	char back[sizeof(message)];

	(void)state;
	start(pair_tcp, &manner);
	assert_int_equal(send(peer.fd, message, strlen(message), 0),
	    strlen(message));
	assert_int_equal(recv(peer.fd, back, strlen(message), MSG_WAITALL),
	    strlen(message));
	assert_memory_equal(back, message, strlen(message));
	shutdown(peer.fd, SHUT_WR);
	assert_int_equal(receive_all(), 0);
	ended(ECHO_CLOSED);
	assert_string_equal((const char *)told->story,
	    "[This is the mess][age.  It will be][ repeated.]");
}

/* A client that dawdles: more than the kernel holds, read back late. */
static void
sends_all_in_short_steps(void **state)
{
	struct manner manner = { .size = 100000, .small = true };
	uint64_t sent;

	(void)state;
	for (size_t p = 0; p < COUNT(pairs); p++) {
		start(pairs[p], &manner);
		sent = send_until_stuck(50 << 20);
		assert_true(sent > 0 && sent < 50 << 20);
		shutdown(peer.fd, SHUT_WR);
		assert_int_equal(receive_all(), sent);
		ended(ECHO_CLOSED);
		assert_int_equal(told->in, sent);
		assert_int_equal(told->out, sent);
	}
}

static void
idle_clients_are_ended(void **state)
{
	struct manner manner = { .idle = 20 };

	(void)state;
	for (size_t p = 0; p < COUNT(pairs); p++) {
		start(pairs[p], &manner);
		assert_int_equal(send_until_stuck(100), 100);
		assert_int_equal(receive_all(), 100);
		ended(ECHO_IDLE);
	}
}

/*
 * Nobody waits for a client that takes nothing.  What was sent before can
 * still be read, up to the FIN.
 */
static void
send_timeout_ends_in_order(void **state)
{
	struct manner manner = { .send = 100, .small = true };
	uint64_t sent, back;

	(void)state;
	for (size_t p = 0; p < COUNT(pairs); p++) {
		start(pairs[p], &manner);
		sent = send_until_stuck(50 << 20);
		ended_alone(ECHO_SEND_TIMEOUT);
		back = receive_all();
		CHECK(back > 0 && back < sent, "%zu", p);
		assert_int_equal(told->out, back);
		assert_true(told->in > told->out);
		close(peer.fd);
		peer.fd = -1;
	}
}

static void
resets_are_told_apart(void **state)
{
	struct linger off = { .l_onoff = 1 };

	(void)state;
	/* While it receives. */
	start(pair_tcp, NULL);
	wait_until_blocked();
	setsockopt(peer.fd, SOL_SOCKET, SO_LINGER, &off, sizeof(off));
	close(peer.fd);
	peer.fd = -1;
	ended(ECHO_RESET);
	assert_int_equal(told->error, ECONNRESET);
	/* While it sends. */
	start(pair_tcp, &(struct manner){ .small = true });
	(void)send_until_stuck(50 << 20);
	wait_until_blocked();
	setsockopt(peer.fd, SOL_SOCKET, SO_LINGER, &off, sizeof(off));
	close(peer.fd);
	peer.fd = -1;
	ended(ECHO_RESET);
	assert_true(told->error == ECONNRESET || told->error == EPIPE);
	/* Gone without having read: the same for the server. */
	start(pair_unix, &(struct manner){ .small = true });
	(void)send_until_stuck(50 << 20);
	wait_until_blocked();
	close(peer.fd);
	peer.fd = -1;
	ended(ECHO_RESET);
}

/* The signal comes after the last look and before the call. */
static void
interrupted_before_receiving(void **state)
{
	(void)state;
	for (size_t p = 0; p < COUNT(pairs); p++) {
		int64_t begin = clock_ms();

		start(pairs[p], &(struct manner){ .signal = SIGTERM });
		assert_int_equal(receive_all(), 0);
		ended(ECHO_DRAINED);
		start(pairs[p], &(struct manner){ .signal = SIGALRM });
		assert_int_equal(receive_all(), 0);
		ended(ECHO_LIFETIME);
		/* Without the linger limit, as the client went as well. */
		assert_true(clock_ms() - begin < WAIT_MS);
	}
}

static void
interrupted_while_receiving(void **state)
{
	(void)state;
	for (size_t p = 0; p < COUNT(pairs); p++) {
		start(pairs[p], NULL);
		assert_int_equal(send_until_stuck(100), 100);
		wait_until_blocked();
		kill(peer.server, SIGTERM);
		assert_int_equal(receive_all(), 100);
		ended(ECHO_DRAINED);
		assert_int_equal(told->out, 100);
	}
}

/* The first of two reasons counts. */
static void
interrupted_twice(void **state)
{
	(void)state;
	start(pair_tcp, &(struct manner){ .signal = SIGALRM });
	while (!told->serving)
		(void)poll(NULL, 0, 1);
	kill(peer.server, SIGTERM);
	assert_int_equal(receive_all(), 0);
	ended(ECHO_LIFETIME);
}

/* What was received is sent, then comes the FIN; never a reset. */
static void
interrupted_while_sending(void **state)
{
	uint64_t back, sent;

	(void)state;
	for (size_t p = 0; p < COUNT(pairs); p++) {
		start(pairs[p],
		    &(struct manner){ .size = 65536, .small = true });
		sent = send_until_stuck(50 << 20);
		wait_until_blocked();
		kill(peer.server, SIGTERM);
		back = receive_all();
		ended(ECHO_DRAINED);
		CHECK(back > 0 && back <= sent, "%zu", p);
		assert_int_equal(told->in, told->out);
		assert_int_equal(told->out, back);
	}
}

/* Signals at any moment: a prefix comes back, all of what was received. */
static void
interrupted_any_time(void **state)
{
	uint32_t seed = 362436069;

	(void)state;
	for (int round = 0; round < 100; round++) {
		struct timespec pause = { 0 };
		uint64_t sent, back;

		start(pairs[round % 2],
		    &(struct manner){ .size = 100, .small = true });
		sent = send_until_stuck(check_random(&seed) % 3000);
		while (!told->serving)
			(void)poll(NULL, 0, 1);
		pause.tv_nsec = check_random(&seed) % 300000;
		nanosleep(&pause, NULL);
		kill(peer.server, SIGTERM);
		back = receive_all();
		ended(ECHO_DRAINED);
		CHECK(back <= sent, "round %d", round);
		CHECK(told->in == told->out, "round %d", round);
		CHECK(told->out == back, "round %d", round);
	}
}

/* A client that goes on sending gets its FIN and no reset. */
static void
finish_discards_what_still_comes(void **state)
{
	char buf[1000];

	(void)state;
	start(pair_tcp, NULL);
	assert_int_equal(send_until_stuck(100), 100);
	wait_until_blocked();
	kill(peer.server, SIGTERM);
	assert_int_equal(receive_all(), 100);
	memset(buf, 'x', sizeof(buf));
	for (int i = 0; i < 100; i++)
		assert_int_equal(send(peer.fd, buf, sizeof(buf), MSG_NOSIGNAL),
		    sizeof(buf));
	shutdown(peer.fd, SHUT_WR);
	assert_int_equal(recv(peer.fd, buf, sizeof(buf), 0), 0);
	ended(ECHO_DRAINED);
	/* Discarded is not echoed. */
	assert_int_equal(told->in, 100);
	assert_int_equal(told->out, 100);
}

/* A client that never goes does not keep the server. */
static void
linger_has_a_limit(void **state)
{
	int64_t begin;

	(void)state;
	start(pair_tcp, NULL);
	wait_until_blocked();
	begin = clock_ms();
	kill(peer.server, SIGTERM);
	ended_alone(ECHO_DRAINED);
	assert_true(clock_ms() - begin >= ECHO_LINGER_MS - 10);
	assert_true(clock_ms() - begin < ECHO_LINGER_MS + WAIT_MS);
}

/* Between two connections there is nothing to interrupt. */
static void
interrupt_needs_a_connection(void **state)
{
	struct echo e = { .size = 16 };
	char buffer[16];
	int fd[2];

	(void)state;
	errno = ENOENT;
	echo_interrupt(ECHO_DRAINED);
	assert_int_equal(errno, ENOENT);
	e.buffer = buffer;
	for (int round = 0; round < 2; round++) {
		pair_unix(fd);
		e.fd = fd[1];
		echo_begin(&e);
		errno = ENOENT;
		if (round == 0)
			echo_interrupt(ECHO_DRAINED);
		assert_int_equal(errno, ENOENT);
		assert_int_equal(send(fd[0], "x", 1, 0), 1);
		shutdown(fd[0], SHUT_WR);
		/* What was said of the first does not concern the second. */
		assert_int_equal(echo_serve(&e),
		    round == 0 ? ECHO_DRAINED : ECHO_CLOSED);
		assert_int_equal(e.in, round + 1);
		assert_int_equal(e.out, round + 1);
		close(fd[0]);
		close(fd[1]);
		echo_interrupt(ECHO_DRAINED);
	}
}

/* Not a socket at all: an error, with its number. */
static void
errors_are_told(void **state)
{
	struct echo e = { .size = 16 };
	char buffer[16];
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	e.fd = fd[0];
	e.buffer = buffer;
	echo_begin(&e);
	assert_int_equal(echo_serve(&e), ECHO_ERROR);
	assert_int_equal(e.error, ENOTSOCK);
	close(fd[0]);
	close(fd[1]);
}

/* A client that takes anything at all, in the time that it has, is served. */
static void
slow_is_not_stalled(void **state)
{
	static const struct {
		enum echo_end end;
		int sends;
		int unacked[12];
	} rows[] = {
		/* Less than makes room, but something in each part. */
		{ ECHO_CLOSED, 12,
		    { 90, 89, 88, 80, 70, 60, 50, 40, 30, 20, 10, 1 } },
		/* Something in the last part before it is late. */
		{ ECHO_CLOSED, 11,
		    { 90, 90, 90, 80, 80, 80, 70, 70, 70, 60, 60 } },
		/* Nothing at all. */
		{ ECHO_SEND_TIMEOUT, 4, { 90, 90, 90, 90 } },
		{ ECHO_SEND_TIMEOUT, 4, { 0, 0, 0, 0 } },
		/* Something, and then nothing. */
		{ ECHO_SEND_TIMEOUT, 6, { 90, 90, 80, 80, 80, 80 } },
		{ ECHO_SEND_TIMEOUT, 7, { 90, 80, 70, 60, 60, 60, 60 } },
		/* More than before is nothing taken. */
		{ ECHO_SEND_TIMEOUT, 4, { 90, 91, 92, 93 } },
		/* The kernel cannot tell. */
		{ ECHO_SEND_TIMEOUT, 4, { -1, -1, -1, -1 } },
	};
	struct echo e = { .size = 16 };
	char buffer[16], back[16];
	int fd[2];

	(void)state;
	assert_int_equal(ECHO_STALLS, 4);
	e.buffer = buffer;
	for (size_t i = 0; i < COUNT(rows); i++) {
		bool late = rows[i].end == ECHO_SEND_TIMEOUT;

		pair_tcp(fd);
		assert_int_equal(send(fd[0], "a message", 9, 0), 9);
		shutdown(fd[0], SHUT_WR);
		e.fd = slow.fd = fd[1];
		e.in = e.out = 0;
		slow.sends = 0;
		slow.unacked = rows[i].unacked;
		/* Who is late would be late once more. */
		slow.count = rows[i].sends + late;
		echo_begin(&e);
		CHECK(echo_serve(&e) == rows[i].end, "row %zu", i);
		slow.fd = -1;
		CHECK(slow.sends == rows[i].sends, "row %zu: %d", i,
		    slow.sends);
		assert_int_equal(e.in, 9);
		assert_int_equal(e.out, late ? 0 : 9);
		close(fd[1]);
		if (!late)
			assert_int_equal(recv(fd[0], back, 16, MSG_WAITALL), 9);
		close(fd[0]);
	}
}

static void
names(void **state)
{
	static const char *const wanted[ECHO_ENDS] = { "open", "closed", "idle",
		"send-timeout", "reset", "lifetime", "drained", "error" };

	(void)state;
	for (int i = 0; i < ECHO_ENDS; i++)
		assert_string_equal(echo_end_name((enum echo_end)i), wanted[i]);
}

#define TEST(f) cmocka_unit_test_teardown(f, clean_up)

int
main(void)
{
	const struct CMUnitTest echo[] = {
		TEST(echoes_until_half_closed),
		TEST(chunks_have_the_size_of_the_buffer),
		TEST(sends_all_in_short_steps),
		TEST(idle_clients_are_ended),
		TEST(send_timeout_ends_in_order),
		TEST(resets_are_told_apart),
		TEST(interrupted_before_receiving),
		TEST(interrupted_while_receiving),
		TEST(interrupted_twice),
		TEST(interrupted_while_sending),
		TEST(interrupted_any_time),
		TEST(finish_discards_what_still_comes),
		TEST(linger_has_a_limit),
		TEST(interrupt_needs_a_connection),
		TEST(errors_are_told),
		TEST(slow_is_not_stalled),
		TEST(names),
	};

	return cmocka_run_group_tests(echo, map, unmap);
}
