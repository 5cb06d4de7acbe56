/* SPDX-License-Identifier: ISC */
/*
 * pidfile: at most one echod for a pid file.
 *
 * The lock tells whether echod runs, not the number in the file: it is held for
 * the master's life, is not inherited by children (fcntl(2), record locks), and
 * cannot be stale.
 */
#ifndef ECHOD_PIDFILE_H
#define ECHOD_PIDFILE_H

#include <limits.h>

struct errbuf;

struct pidfile {
	char path[PATH_MAX];
	int fd; /* -1: none */
};

/*
 * Create and lock a regular file with one name.  Returns 0 or an exit status of
 * sysexits.h with the reason in err: EX_TEMPFAIL if a process holds it.
 */
int pidfile_lock(struct pidfile *, const char *path, struct errbuf *);

/* Write our pid.  -1 with the reason in err. */
int pidfile_write(struct pidfile *, struct errbuf *);

/* Remove the file if it is still ours, or log why not; and unlock it. */
void pidfile_remove(struct pidfile *);

#endif
