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

/*
 * Open a link; both ends are close-on-exec.  The process that receives at fd[0]
 * is told the sender.  -1 with errno.
 */
int link_open(int fd[2]);

/*
 * Receive a record, of which at most `size` bytes are kept; `flags` are those
 * of recvmsg(2).  Returns its length, and its sender; -1 with errno.  It also
 * returns 0, with 0 as the sender, when no process can send any more; an empty
 * record has a sender.
 */
ssize_t link_receive(int fd, void *record, size_t size, int flags,
    pid_t *sender);

#endif
