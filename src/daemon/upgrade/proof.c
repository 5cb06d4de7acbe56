/* SPDX-License-Identifier: ISC */
#include "daemon/upgrade/proof.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/log/log.h"
#include "daemon/pool/pool.h"
#include "daemon/pool/spawn.h"
#include "daemon/sandbox/descriptors.h"

enum { KIND = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC };

/*
 * Make a listener that has one connection in its queue; the other end is
 * *client.  The kernel chooses its name (unix(7), autobind), which takes
 * neither a file system nor a network.
 */
static int
connect_to_self(struct listener *l, int *client)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	socklen_t len = sizeof(name);

	l->fd = *client = -1;
	if ((l->fd = socket(AF_UNIX, KIND, 0)) == -1 ||
	    (l->fd = descriptors_fix(l->fd)) == -1 ||
	    bind(l->fd, (struct sockaddr *)&name, sizeof(sa_family_t)) == -1 ||
	    listen(l->fd, 1) == -1 ||
	    getsockname(l->fd, (struct sockaddr *)&name, &len) == -1 ||
	    (*client = socket(AF_UNIX, KIND, 0)) == -1)
		return -1;
	return connect(*client, (struct sockaddr *)&name, len);
}

static void
close_open(int fd)
{
	if (fd != -1)
		close(fd);
}

/* Send the block.  The socket has room for all of it, so this does not wait. */
static int
send_block(struct proof *p)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET,
		.data.fd = p->fd };

	if (getrandom(p->sent, sizeof(p->sent), 0) !=
		(ssize_t)sizeof(p->sent) ||
	    send(p->fd, p->sent, sizeof(p->sent), MSG_NOSIGNAL) !=
		(ssize_t)sizeof(p->sent) ||
	    shutdown(p->fd, SHUT_WR) == -1)
		return -1;
	return epoll_ctl(p->waiter, EPOLL_CTL_ADD, p->fd, &event);
}

/*
 * Whatever the configuration says, our own client is let in, and does not
 * appear in the log.
 */
static void
let_in(struct config *config)
{
	config->access = (struct access_list){ 0 };
	config->sources.max = config->sources.rate = 0;
	if (config->log.level > LEVEL_NOTICE)
		config->log.level = LEVEL_NOTICE;
}

int
proof_start(struct proof *p, struct pool *pool, const struct generation *gen,
    int waiter, int64_t now_ms, struct errbuf *err)
{
	struct listener_set *set = &p->gen.listeners;
	struct listener *l = &set->item[0];
	int result, saved;

	p->waiter = waiter;
	p->have = 0;
	p->deadline_ms = now_ms + PROOF_MS;
	p->gen.number = gen->number;
	p->gen.config = gen->config;
	let_in(&p->gen.config);
	*l = (struct listener){ .text = "itself" };
	set->count = 1;
	result = connect_to_self(l, &p->fd);
	if (result == 0 && (result = send_block(p)) == 0)
		result = spawn_drainer(pool, &p->gen, set);
	saved = errno;
	close_open(l->fd);
	errno = saved;
	if (result == -1) {
		errbuf_sys(err, "cannot have a worker prove itself");
		proof_end(p);
	}
	return result;
}

static enum proof_outcome
fail(const struct proof *p, struct errbuf *err)
{
	errbuf_set(err,
	    "a worker of the new echod did not echo what it was sent: of %d "
	    "bytes %zu came back",
	    PROOF_BYTES, p->have);
	return PROOF_BAD;
}

enum proof_outcome
proof_step(struct proof *p, struct pool *pool, int64_t now_ms,
    struct errbuf *err)
{
	ssize_t n;

	while ((n = recv(p->fd, p->back + p->have, sizeof(p->back) - p->have,
		    MSG_DONTWAIT)) > 0)
		p->have += (size_t)n;
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return now_ms < p->deadline_ms ? PROOF_PENDING : fail(p, err);
	if (n == -1 || p->have != PROOF_BYTES)
		return fail(p, err);
	if (memcmp(p->sent, p->back, PROOF_BYTES) != 0) {
		errbuf_set(err,
		    "a worker of the new echod sent back other bytes than it "
		    "was sent");
		return PROOF_BAD;
	}
	/* The worker adds to the totals when it is reaped: wait for that, then
	 * set them to 0 again. */
	if (pool->count > 0)
		return now_ms < p->deadline_ms ? PROOF_PENDING : fail(p, err);
	pool_forget(pool);
	return PROOF_GOOD;
}

void
proof_end(struct proof *p)
{
	if (p->fd == -1)
		return;
	/* The worker may have been forked with a copy of it. */
	(void)epoll_ctl(p->waiter, EPOLL_CTL_DEL, p->fd, NULL);
	close(p->fd);
	p->fd = -1;
}
