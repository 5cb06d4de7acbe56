/* SPDX-License-Identifier: ISC */
/*
 * check: whether the bytes of a struct config are valid, which come from a
 * process that has parsed hostile text: none may lead out of an array.
 */
#ifndef ECHOD_CHECK_H
#define ECHOD_CHECK_H

#include <stdbool.h>

struct config;
struct errbuf;

/* What the loader has made is always valid. */
bool check_config(const struct config *);

/*
 * Whether `chroot` is a directory that only root can change; workers could get
 * out of another one.  What leads to it must be trusted as well (trust.h, which
 * explains the warning).  Returns -1 with the reason in err, and errno when that
 * is of the system.
 */
int check_chroot(const struct config *, struct errbuf *warning,
    struct errbuf *err);

#endif
