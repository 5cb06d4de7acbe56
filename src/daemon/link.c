/* SPDX-License-Identifier: ISC */
#include "daemon/link.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int
link_open(int fd[2])
{
	int on = 1, saved;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd) == -1)
		return -1;
	if (setsockopt(fd[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) == 0)
		return 0;
	saved = errno;
	close(fd[0]);
	close(fd[1]);
	errno = saved;
	return -1;
}

ssize_t
link_receive(int fd, void *record, size_t size, int flags, pid_t *sender)
{
	union {
		char bytes[CMSG_SPACE(sizeof(struct ucred))];
		struct cmsghdr aligned;
	} control;
	struct iovec iov = { .iov_base = record, .iov_len = size };
	struct msghdr msg;
	struct cmsghdr *cmsg;
	struct ucred cred;
	ssize_t n;

	*sender = 0;
	do {
		msg = (struct msghdr){ .msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = &control,
			.msg_controllen = sizeof(control) };
		n = recvmsg(fd, &msg, flags);
	} while (n == -1 && errno == EINTR);
	cmsg = n >= 0 ? CMSG_FIRSTHDR(&msg) : NULL;
	if (cmsg != NULL && cmsg->cmsg_type == SCM_CREDENTIALS) {
		memcpy(&cred, CMSG_DATA(cmsg), sizeof(cred));
		*sender = cred.pid;
	}
	return n;
}
