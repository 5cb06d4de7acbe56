/* SPDX-License-Identifier: ISC */
/*
 * check: checks the bytes of a struct config.  They come from a process that
 * may have parsed hostile text, and must not lead out of an array.
 */
#ifndef ECHOD_CHECK_H
#define ECHOD_CHECK_H

#include <stdbool.h>

struct config;
struct errbuf;

/*
 * Whether the configuration is valid.  One that the loader has made always is.
 */
bool check_config(const struct config *);

/*
 * Check that `chroot` is a directory that only root can change, for workers
 * could leave another one; and that the directories which lead to it are
 * trusted, too (trust.h, which explains the warning).  Returns -1 with the
 * reason in err, and errno if it is an error of the system.
 */
int check_chroot(const struct config *, struct errbuf *warning,
    struct errbuf *err);

#endif
