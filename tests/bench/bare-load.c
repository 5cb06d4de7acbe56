/* SPDX-License-Identifier: ISC */
/*
 * bare-load [-c CONNECTIONS] [-s BYTES] [-d SECONDS] [-w SECONDS] PORT
 *
 * The yardstick for a load generator: what one thread can ask of an echo
 * server on 127.0.0.1 when it does nothing else.  Each connection has one
 * message on its way and sends the next one when the echo is complete.  One
 * send, one receive, and a share of an epoll_wait is all that a message
 * costs; no byte is looked at and no message timed.
 *
 * It prints the messages per second that were completed after the warm-up of
 * -w seconds.
 */
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 256 };

/* Of the message that is on its way. */
struct link {
	int fd;
	size_t sent;
	size_t back;
};

static char *outgoing;
static char *incoming;
static size_t size = 64;
static uint64_t completed;

static double
now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static bool
is_later(void)
{
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

static void
send_rest(struct link *l)
{
	ssize_t n = send(l->fd, outgoing + l->sent, size - l->sent,
	    MSG_NOSIGNAL);

	if (n > 0)
		l->sent += (size_t)n;
	else if (n < 0 && !is_later())
		err(1, "send");
}

/*
 * Edge-triggered, so that nothing is asked of the kernel twice.  This is safe
 * as each receive asks for all that may still come: it either completes the
 * message or leaves nothing behind, and then more to come is a new edge.
 */
static void
serve(struct link *l, uint32_t events)
{
	if ((events & ~(uint32_t)EPOLLOUT) != 0) {
		ssize_t n = recv(l->fd, incoming, size - l->back, 0);

		if (n == 0)
			errx(1, "the server closed a connection");
		if (n < 0 && !is_later())
			err(1, "recv");
		if (n > 0)
			l->back += (size_t)n;
		if (l->back == size) {
			completed++;
			l->back = 0;
			l->sent = 0;
		}
	}
	if (l->sent < size)
		send_rest(l);
}

/*
 * Registered once, for both directions; the first event is that it may be
 * written to, with which it begins.
 */
static void
open_link(struct link *l, int epoll, uint16_t port)
{
	int on = 1;
	struct sockaddr_in sin = { .sin_family = AF_INET };
	struct epoll_event event = {
		.events = EPOLLIN | EPOLLOUT | EPOLLET,
		.data.ptr = l,
	};

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	sin.sin_port = htons(port);
	l->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (l->fd < 0 ||
	    connect(l->fd, (struct sockaddr *)&sin, sizeof(sin)) < 0)
		err(1, "127.0.0.1 port %u", (unsigned)port);
	if (setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) < 0)
		err(1, "TCP_NODELAY");
	/* Only now, so that connect() was waited for. */
	if (fcntl(l->fd, F_SETFL, O_NONBLOCK) < 0)
		err(1, "O_NONBLOCK");
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, l->fd, &event) < 0)
		err(1, "epoll_ctl");
}

static double
run(int epoll, double warmup, double duration)
{
	struct epoll_event events[EVENTS];
	double at = now();
	double begin = at + warmup;
	double end = begin + duration;
	bool is_measured = false;

	for (; at < end; at = now()) {
		int n = epoll_wait(epoll, events, EVENTS, 1000);

		if (n < 0 && errno != EINTR)
			err(1, "epoll_wait");
		for (int i = 0; i < n; i++)
			serve(events[i].data.ptr, events[i].events);
		if (!is_measured && (at = now()) >= begin) {
			is_measured = true;
			begin = at;
			end = begin + duration;
			completed = 0;
		}
	}
	return (double)completed / (at - begin);
}

static double
number(const char *text, double least, double most)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end != '\0' || !(value >= least && value <= most))
		errx(2, "%s: not a number from %g to %g", text, least, most);
	return value;
}

int
main(int argc, char **argv)
{
	struct rlimit files;
	struct link *links;
	size_t connections = 50;
	double duration = 2;
	double warmup = 0.2;
	uint16_t port;
	int epoll;
	int c;

	while ((c = getopt(argc, argv, "c:d:s:w:")) != -1) {
		if (c == 'c')
			connections = (size_t)number(optarg, 1, 1e6);
		else if (c == 'd')
			duration = number(optarg, 0.01, 3600);
		else if (c == 's')
			size = (size_t)number(optarg, 1, 1 << 30);
		else if (c == 'w')
			warmup = number(optarg, 0, 3600);
		else
			return 2;
	}
	if (optind != argc - 1)
		errx(2, "one argument is wanted, the port");
	port = (uint16_t)number(argv[optind], 1, UINT16_MAX);

	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	outgoing = calloc(1, size);
	incoming = malloc(size);
	links = calloc(connections, sizeof(*links));
	if (outgoing == NULL || incoming == NULL || links == NULL)
		err(1, NULL);
	if ((epoll = epoll_create1(EPOLL_CLOEXEC)) < 0)
		err(1, "epoll_create1");
	for (size_t i = 0; i < connections; i++)
		open_link(&links[i], epoll, port);
	printf("%.0f\n", run(epoll, warmup, duration));
	return 0;
}
