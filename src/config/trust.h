/* SPDX-License-Identifier: ISC */
/*
 * trust: checks that nobody but root decides what a path leads to.  A user who
 * could change a configuration, or put another one in its place, would have
 * root obey him.
 *
 * Trusted is what belongs to root and what nobody else can write to.  In a
 * directory with the sticky bit others can make files, but cannot replace those
 * of root.  To change what group 0 can write to takes a member of that group,
 * if no access control list names others: it is trusted with a warning.
 *
 * In a user namespace, an owner who has no id there is a user of the host.  He
 * counts as root, unless another user has the id that the kernel shows in his
 * place (user_namespaces(7)).
 */
#ifndef ECHOD_TRUST_H
#define ECHOD_TRUST_H

struct errbuf;

/*
 * Check the file that was opened by this path, each directory and each symbolic
 * link that leads to it.  fd -1: the file is not open, and may not exist yet.
 * If there is something to warn of, the warning is set, unless it has one
 * already.  Returns -1 with the reason and the remedy in err; errno is EPERM,
 * or else of the system.
 */
int trust_file(const char *path, int fd, struct errbuf *warning,
    struct errbuf *err);

/*
 * The same for everything that leads to a directory, but not for the directory
 * itself.
 */
int trust_way(const char *path, struct errbuf *warning, struct errbuf *err);

#endif
