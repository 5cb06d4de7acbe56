/* SPDX-License-Identifier: ISC */
#include "common/net.h"

#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "common/addr.h"

static int
set_timeout(int fd, int option, int64_t ms)
{
	struct timeval tv = { .tv_sec = ms / 1000,
		.tv_usec = (ms % 1000) * 1000 };

	return setsockopt(fd, SOL_SOCKET, option, &tv, sizeof(tv));
}

int
net_receive_timeout(int fd, int64_t ms)
{
	return set_timeout(fd, SO_RCVTIMEO, ms);
}

int
net_send_timeout(int fd, int64_t ms)
{
	return set_timeout(fd, SO_SNDTIMEO, ms);
}

int
net_unacknowledged(int fd)
{
	int n;

	return ioctl(fd, SIOCOUTQ, &n) == -1 ? -1 : n;
}

int64_t
net_since_received(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == -1 ?
	    0 :
	    (int64_t)info.tcpi_last_data_recv;
}

bool
net_path(int fd, struct net_path *path)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == -1)
		return false;
	*path = (struct net_path){ .rtt_us = info.tcpi_rtt,
		.retrans = info.tcpi_total_retrans,
		.mss = info.tcpi_snd_mss };
	return true;
}

int
net_local(int fd, struct addr *a)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	if (getsockname(fd, (struct sockaddr *)&ss, &len) == -1)
		return -1;
	addr_from_sockaddr(a, (const struct sockaddr *)&ss, len);
	return 0;
}

int
net_peer(int fd, struct addr *a)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	if (getpeername(fd, (struct sockaddr *)&ss, &len) == -1)
		return -1;
	addr_from_sockaddr(a, (const struct sockaddr *)&ss, len);
	return 0;
}
