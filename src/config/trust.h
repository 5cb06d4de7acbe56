/* SPDX-License-Identifier: ISC */
/*
 * trust: whether root alone decides what a path leads to.  Root would obey
 * whoever can change a configuration or put another one in its place.
 *
 * Trusted is what belongs to root and what nobody else can write to.  In a
 * directory with the sticky bit others can make files, but cannot replace those
 * of root.  To change what group 0 can write to takes a member of that group, if
 * no access control list names others: it is trusted with a warning.
 *
 * In a user namespace, an owner that it has no id for is one of the host, which
 * can do anything here: this counts as root, unless another user has the id
 * that the kernel shows instead (user_namespaces(7)).
 */
#ifndef ECHOD_TRUST_H
#define ECHOD_TRUST_H

struct errbuf;

/*
 * Check the file that was opened by this path, each directory and each symbolic
 * link that leads to it.  fd -1: the file is not open, and may not exist yet.
 * The warning is set, unless there is one already, or left alone.  Returns -1
 * with the reason and the remedy in err; errno is EPERM, or else of the system.
 */
int trust_file(const char *path, int fd, struct errbuf *warning,
    struct errbuf *err);

/* The same for what leads to a directory, and without it. */
int trust_way(const char *path, struct errbuf *warning, struct errbuf *err);

#endif
