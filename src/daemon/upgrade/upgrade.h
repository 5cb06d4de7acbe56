/* SPDX-License-Identifier: ISC */
/*
 * upgrade: the side of the old master: executes the new echod, hands over,
 * hears how it goes, and watches the new one for some time after it has taken
 * the service.
 *
 * Until the new master has taken the service, nothing changes for the old one,
 * which simply goes on if the new one fails or takes too long.
 */
#ifndef ECHOD_UPGRADE_H
#define ECHOD_UPGRADE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/errbuf.h"
#include "daemon/upgrade/handover.h"

enum { UPGRADE_MS = 10000 }; /* for the new master to take the service */

enum upgrade_step {
	UPGRADE_NONE,
	UPGRADE_PROVING, /* the new one starts, and proves itself */
	UPGRADE_TAKING,	 /* it has been told to take the service */
	UPGRADE_TAKEN,	 /* it has the service */
};

enum upgrade_outcome {
	UPGRADE_PENDING, /* nothing new */
	UPGRADE_READY,	 /* it can serve: call upgrade_yield() */
	UPGRADE_DONE,	 /* it has taken the service */
	UPGRADE_FAILED,	 /* it has not, and was ended; see err */
	UPGRADE_UNDONE,	 /* it had the service, and has died; see err */
};

struct upgrade {
	enum upgrade_step step;
	pid_t pid;  /* of the new master; 0: it has been reaped */
	int waiter; /* the master's epoll */
	int link;   /* -1: closed */
	int64_t started_ms;
	int64_t deadline_ms; /* for its next answer, or its end */
	bool leaving;	     /* it was told to stop, and says so */
	char version[HANDOVER_VERSION];
	struct errbuf err;
};

void upgrade_init(struct upgrade *, int waiter);

/*
 * Execute the new echod, and hand over all of that.  -1 with the reason in err;
 * then nothing has been started.
 */
int upgrade_start(struct upgrade *, const struct handover *, int64_t now_ms,
    struct errbuf *);

/* Receive what the new master has sent.  Each outcome is returned once. */
enum upgrade_outcome upgrade_step(struct upgrade *, int64_t now_ms);

/*
 * After UPGRADE_READY: tell the new master to take the service, and to go on
 * counting from this snapshot.
 */
void upgrade_yield(struct upgrade *, const struct snapshot *);

/*
 * The old master is about to end, and does not watch the new one any more.  At
 * the very end, it sends the new one what its workers have counted since.
 */
void upgrade_release(struct upgrade *);
void upgrade_end(struct upgrade *, const struct snapshot *);

/* Send HUP to the new master, because the service is its own now. */
void upgrade_pass_reload(const struct upgrade *);

/* When to call upgrade_step() again, by clock_ms(); INT64_MAX: at events. */
int64_t upgrade_deadline(const struct upgrade *);

/* A child has ended; true if it was the new master. */
bool upgrade_reaped(struct upgrade *, pid_t, int wait_status);

/*
 * End an upgrade that is not done yet, by killing the new master; this one goes
 * on as before.
 */
void upgrade_abandon(struct upgrade *);

#endif
