/* SPDX-License-Identifier: ISC */
/*
 * regular: opens regular files, and nothing else that a path may lead to.
 */
#ifndef ECHOD_REGULAR_H
#define ECHOD_REGULAR_H

#include <sys/stat.h>

struct errbuf;

/*
 * Open a file to read it, without waiting for a writer as a FIFO requires.
 * Returns a descriptor and what fstat(2) says of it; or -1 with the reason and
 * errno if it cannot be opened, is no regular file, or is of more than `most`
 * bytes.
 */
int regular_open(const char *path, long most, struct stat *, struct errbuf *);

#endif
