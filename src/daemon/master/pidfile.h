/* SPDX-License-Identifier: ISC */
/*
 * pidfile: lets at most one echod run for each pid file.
 *
 * Whether an echod runs is told by a lock on the file, which is held for the
 * master's life and so cannot be stale, and not by the number in it.  The lock
 * belongs to the open file (F_OFD_SETLK of fcntl(2)): an upgrade hands it over
 * with the descriptor, without a gap.  All other children close their copies
 * before anything else.
 */
#ifndef ECHOD_PIDFILE_H
#define ECHOD_PIDFILE_H

#include <limits.h>
#include <stdbool.h>

struct errbuf;

struct pidfile {
	char path[PATH_MAX];
	int fd; /* -1: none */
	/* The old master has handed it over, and its pid is still in it. */
	bool handed;
};

/* Begin with the locked file of the master before this one, or -1. */
void pidfile_hand(struct pidfile *, int fd);

/*
 * Create the file and lock it, unless it is the one that was handed over.  It
 * has to be a regular file without another name (link(2)).  Returns 0, or an
 * exit status of sysexits.h with the reason in err: EX_TEMPFAIL if another
 * process has the lock.
 */
int pidfile_lock(struct pidfile *, const char *path, struct errbuf *);

/* Write our pid.  -1 with the reason in err. */
int pidfile_write(struct pidfile *, struct errbuf *);

/*
 * Write our pid again if the file has another one, as after an upgrade that was
 * undone.
 */
void pidfile_restore(struct pidfile *);

/*
 * Remove the file if the path still names it and it has our pid; the log is
 * told if that fails.  The lock ends with its last descriptor, which may be
 * that of another master.
 */
void pidfile_remove(struct pidfile *);

#endif
