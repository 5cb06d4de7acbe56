/* SPDX-License-Identifier: ISC */
/*
 * link: a pair of sockets between two processes, in which each record keeps its
 * bounds and the kernel names the process that sent it (unix(7),
 * SOCK_SEQPACKET, SO_PASSCRED).
 */
#ifndef ECHOD_LINK_H
#define ECHOD_LINK_H

#include <stddef.h>
#include <sys/types.h>

/* Both close-on-exec; the senders are named at fd[0].  -1 with errno. */
int link_open(int fd[2]);

/*
 * Receive a record, of which at most `size` bytes are kept; flags are those of
 * recvmsg(2).  Returns its length, with its sender; 0 without a sender (0) when
 * no process can send any more; -1 with errno.  An empty record has a sender.
 */
ssize_t link_receive(int fd, void *record, size_t size, int flags,
    pid_t *sender);

#endif
