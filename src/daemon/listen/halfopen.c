/* SPDX-License-Identifier: ISC */
#include "daemon/listen/halfopen.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/addr.h"

/* The state TCP_NEW_SYN_RECV of the kernel, which no header exports. */
enum { NEW_SYN_RECV = 12 };

struct question {
	struct nlmsghdr header;
	struct inet_diag_req_v2 body;
};

static int
ask(int fd, const struct addr *local)
{
	struct question q = {
		.header = { .nlmsg_len = sizeof(q),
		    .nlmsg_type = SOCK_DIAG_BY_FAMILY,
		    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.body = { .sdiag_family = (__u8)local->sa.sa_family,
		    .sdiag_protocol = IPPROTO_TCP,
		    .idiag_states = 1U << TCP_SYN_RECV | 1U << NEW_SYN_RECV,
		    .id = { .idiag_sport = htons(addr_port(local)) } },
	};

	return send(fd, &q, sizeof(q), MSG_DONTWAIT) == sizeof(q) ? 0 : -1;
}

static bool
is_at(const struct inet_diag_msg *found, const struct addr *local)
{
	const void *at = found->id.idiag_src;

	if (addr_is_wildcard(local))
		return true;
	if (local->sa.sa_family == AF_INET)
		return memcmp(at, &local->in.sin_addr, 4) == 0;
	return memcmp(at, &local->in6.sin6_addr, 16) == 0;
}

/* Read the answer until one is found, or to its end. */
static bool
any_in_answer(int fd, const struct addr *local)
{
	_Alignas(struct nlmsghdr) char buffer[8192];

	for (;;) {
		ssize_t n = recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT);
		const struct nlmsghdr *m = (const struct nlmsghdr *)buffer;

		if (n <= 0)
			return true;
		for (size_t left = (size_t)n; NLMSG_OK(m, left);
		     m = NLMSG_NEXT(m, left)) {
			if (m->nlmsg_type == NLMSG_DONE)
				return false;
			if (m->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
			    m->nlmsg_len <
				NLMSG_LENGTH(sizeof(struct inet_diag_msg)) ||
			    is_at(NLMSG_DATA(m), local))
				return true;
		}
	}
}

bool
halfopen_any(const struct addr *local)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	bool any;

	if (fd == -1)
		return true;
	any = ask(fd, local) == -1 || any_in_answer(fd, local);
	close(fd);
	return any;
}
