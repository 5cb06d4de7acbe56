/* SPDX-License-Identifier: ISC */
/*
 * epoll-echo: the least that echoes, as the server of a benchmark.  One
 * thread, level-triggered epoll, one receive and one send per message.
 *
 * Listens on 127.0.0.1 with a port of the kernel's choice, prints that port,
 * and ends when standard input, which is to be a pipe, is closed: whoever
 * started it need not stop it, however he ends.
 */
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUFFER = 65536, EVENTS = 256 };

struct peer {
	int fd;
	/* What the socket did not take; while there is any, none is received. */
	char *rest;
	size_t at;
	size_t left;
};

static char buffer[BUFFER];
static int epoll;
/* As peers only to be told apart from those in struct epoll_event. */
static struct peer listener;
static struct peer input;

static void
watch(int operation, struct peer *p, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = p };

	if (epoll_ctl(epoll, operation, p->fd, &event) < 0)
		err(1, "epoll_ctl");
}

static void
end(struct peer *p)
{
	(void)close(p->fd);
	free(p->rest);
	free(p);
}

static bool
is_later(void)
{
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/* As much of data as the socket takes; false: the connection is lost. */
static bool
take(struct peer *p, const char *data, size_t n, size_t *taken)
{
	ssize_t sent = send(p->fd, data, n, MSG_NOSIGNAL);

	*taken = sent > 0 ? (size_t)sent : 0;
	return sent >= 0 || is_later();
}

static void
send_rest(struct peer *p)
{
	size_t taken;

	if (!take(p, p->rest + p->at, p->left, &taken)) {
		end(p);
		return;
	}
	p->at += taken;
	p->left -= taken;
	if (p->left == 0)
		watch(EPOLL_CTL_MOD, p, EPOLLIN);
}

static void
echo(struct peer *p)
{
	ssize_t got = recv(p->fd, buffer, sizeof(buffer), 0);
	size_t taken;

	if (got < 0 && is_later())
		return;
	if (got <= 0 || !take(p, buffer, (size_t)got, &taken)) {
		end(p);
		return;
	}
	if (taken == (size_t)got)
		return;

	if (p->rest == NULL && (p->rest = malloc(BUFFER)) == NULL)
		err(1, NULL);
	p->at = 0;
	p->left = (size_t)got - taken;
	memcpy(p->rest, buffer + taken, p->left);
	watch(EPOLL_CTL_MOD, p, EPOLLOUT);
}

static void
welcome(void)
{
	int fd = accept4(listener.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct peer *p;
	int on = 1;

	if (fd < 0) {
		if (is_later() || errno == ECONNABORTED)
			return;
		err(1, "accept");
	}
	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) < 0)
		err(1, "TCP_NODELAY");
	if ((p = calloc(1, sizeof(*p))) == NULL)
		err(1, NULL);
	p->fd = fd;
	watch(EPOLL_CTL_ADD, p, EPOLLIN);
}

static uint16_t
listen_somewhere(void)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	socklen_t len = sizeof(sin);

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener.fd = socket(AF_INET,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (listener.fd < 0 ||
	    bind(listener.fd, (struct sockaddr *)&sin, len) < 0 ||
	    listen(listener.fd, SOMAXCONN) < 0 ||
	    getsockname(listener.fd, (struct sockaddr *)&sin, &len) < 0)
		err(1, "127.0.0.1");
	return ntohs(sin.sin_port);
}

static bool
is_input_open(void)
{
	ssize_t n = read(input.fd, buffer, sizeof(buffer));

	return n > 0 || (n < 0 && is_later());
}

int
main(void)
{
	struct epoll_event events[EVENTS];
	struct rlimit files;
	uint16_t port;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	if ((epoll = epoll_create1(EPOLL_CLOEXEC)) < 0)
		err(1, "epoll_create1");
	port = listen_somewhere();
	input.fd = STDIN_FILENO;
	watch(EPOLL_CTL_ADD, &listener, EPOLLIN);
	watch(EPOLL_CTL_ADD, &input, EPOLLIN);
	if (printf("%u\n", (unsigned)port) < 0 || fflush(stdout) != 0)
		err(1, "standard output");

	for (;;) {
		int n = epoll_wait(epoll, events, EVENTS, -1);

		if (n < 0 && errno != EINTR)
			err(1, "epoll_wait");
		for (int i = 0; i < n; i++) {
			struct peer *p = events[i].data.ptr;

			if (p == &listener)
				welcome();
			else if (p != &input)
				p->left > 0 ? send_rest(p) : echo(p);
			else if (!is_input_open())
				return 0;
		}
	}
}
