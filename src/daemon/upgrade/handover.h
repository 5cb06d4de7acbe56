/* SPDX-License-Identifier: ISC */
/*
 * handover: what two masters say to each other while one succeeds the other, and
 * what crosses: listeners, the lock of the pid file, and what has been counted.
 *
 * Each record is a line of text, with one descriptor at most (unix(7),
 * SCM_RIGHTS).  The first has the number of this protocol.  Records and keys that
 * a master does not know are passed over, so that the new one may be the older
 * version of the two.  Nothing depends on how either of them keeps it in memory.
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

/* What the old master gives. */
struct handover {
	char version[HANDOVER_VERSION]; /* of that master */
	pid_t pid;
	int pidfile; /* open and locked; -1: it has none */
	struct listener_set listeners;
	struct endpoint_set endpoints; /* of the reporter */
};

/*
 * Say a line of printf(3) format; never waits.  -1 with errno: the other is gone,
 * or the line is too long, or too much has not been read.
 */
int handover_say(int link, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * The next line that the new master has said.  1; 0: there is none now; -1: there
 * will be none.
 */
int handover_hear(int link, char line[HANDOVER_RECORD]);

/* What follows a key, up to the next blank; "" if the line does not have it. */
void handover_value(const char *line, const char *key, char *value,
    size_t size);

/* Give all of it; never waits.  -1 with errno. */
int handover_give(int link, const struct handover *);

/*
 * Take what the old master has given, which it did before this process began.
 * -1 with the reason in err.
 */
int handover_take(int link, struct handover *, struct errbuf *);

/*
 * Say how the service is and what it has counted, "snapshot", with a descriptor of
 * its text (wire.h), which may be long; never waits.  -1 with errno.
 */
int handover_say_snapshot(int link, const struct snapshot *);

/*
 * The next line that the old master has said.  `snapshot` is set, and *counted, if
 * it is one of those.  Returns as handover_hear().
 */
int handover_listen(int link, char line[HANDOVER_RECORD], struct snapshot *,
    bool *counted);

#endif
