/* SPDX-License-Identifier: ISC */
/*
 * pidfile: at most one echod for a pid file.
 *
 * The lock tells whether echod runs, not the number in the file: it is held for
 * the master's life, and cannot be stale.  It is that of an open file (fcntl(2),
 * F_OFD_SETLK), so that an upgrade hands it over with the descriptor, and without
 * a gap; all other children close their copies first thing.
 */
#ifndef ECHOD_PIDFILE_H
#define ECHOD_PIDFILE_H

#include <limits.h>
#include <stdbool.h>

struct errbuf;

struct pidfile {
	char path[PATH_MAX];
	int fd; /* -1: none */
	/* It was handed over: the number in it is that of the master before,
	 * until pidfile_write(). */
	bool handed;
};

/* A locked file of the echod before this one, or -1. */
void pidfile_hand(struct pidfile *, int fd);

/*
 * Create and lock a regular file with one name, unless that is the one which was
 * handed over.  Returns 0 or an exit status of sysexits.h with the reason in err:
 * EX_TEMPFAIL if a process holds it.
 */
int pidfile_lock(struct pidfile *, const char *path, struct errbuf *);

/* Write our pid.  -1 with the reason in err. */
int pidfile_write(struct pidfile *, struct errbuf *);

/* Write our pid again if the number in the file is another one. */
void pidfile_restore(struct pidfile *);

/*
 * Remove the file if it is still ours, with our pid, or log why not.  It is
 * unlocked when no other echod has it.
 */
void pidfile_remove(struct pidfile *);

#endif
