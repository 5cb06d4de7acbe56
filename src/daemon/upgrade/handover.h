/* SPDX-License-Identifier: ISC */
/*
 * handover: what two masters say to each other while one succeeds the other,
 * and what crosses: listeners, the lock of the pid file, and what has been
 * counted.
 *
 * Each record is a line of text, with one descriptor at most (unix(7),
 * SCM_RIGHTS).  The first line has the number of this protocol.  A master
 * passes over records and keys that it does not know, so that an upgrade may
 * also lead to an older version.  No record depends on how a version lays out
 * its data in memory.
 *
 *	old: echod 1 version=0.9 pid=123
 *	old: listener wanted=127.0.0.1:0 origin=own ...	with its descriptor
 *	old: metrics wanted=127.0.0.1:9107 ...		with its descriptor
 *	old: pidfile					with its descriptor
 *	old: end
 *	new: ready version=1.0 | failed 78 WHY
 *	old: snapshot					with its descriptor
 *	old: take
 *	new: committed
 *	old: snapshot					when it leaves
 *	new: leaving					when it is told to stop
 */
#ifndef ECHOD_HANDOVER_H
#define ECHOD_HANDOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "daemon/listen/listener.h"
#include "daemon/reporter/endpoint.h"

struct errbuf;
struct snapshot;

enum {
	HANDOVER_RECORD = 1024, /* bytes of a line, at most */
	HANDOVER_VERSION = 32,
};

/* What the old master hands over. */
struct handover {
	char version[HANDOVER_VERSION]; /* of that master */
	pid_t pid;
	int pidfile; /* open and locked; -1: it has none */
	struct listener_set listeners;
	struct endpoint_set endpoints; /* of the reporter */
};

/*
 * Send a line of printf(3) format, without waiting.  -1 with errno: the other
 * master has gone, the line is too long, or the link is full.
 */
int handover_say(int link, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Receive the next line of the new master.  Returns 1; 0 if there is none now;
 * -1 if there will be none any more.
 */
int handover_hear(int link, char line[HANDOVER_RECORD]);

/*
 * The value of a key in a line, "key=value"; "" if the line does not have it.
 */
void handover_value(const char *line, const char *key, char *value,
    size_t size);

/* Hand over all of that, without waiting.  -1 with errno. */
int handover_give(int link, const struct handover *);

/*
 * Receive what the old master has handed over, which is in the link since
 * before this process began.  -1 with the reason in err.
 */
int handover_take(int link, struct handover *, struct errbuf *);

/*
 * Send the state of the service and all that it has counted: as the descriptor
 * of a file with the text of wire.h, for it may be longer than a record.  Does
 * not wait.  -1 with errno.
 */
int handover_say_snapshot(int link, const struct snapshot *);

/*
 * Receive the next line of the old master.  If it brings a snapshot, that is
 * read and *counted is true.  Returns what handover_hear() returns.
 */
int handover_listen(int link, char line[HANDOVER_RECORD], struct snapshot *,
    bool *counted);

#endif
