/* SPDX-License-Identifier: ISC */
/*
 * upgrade: the side of the old master: executes the new echod, hands over, hears
 * how it goes, and watches it for some time after it has taken the service.
 *
 * Until then nothing has changed for the old master, which goes on as it was
 * when the new one fails or does not come to its end in time.
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
	UPGRADE_FAILED,	 /* it has not, and has been ended; see err */
	UPGRADE_UNDONE,	 /* it had the service, and has died; see err */
};

struct upgrade {
	enum upgrade_step step;
	pid_t pid;  /* of the new master; 0: it has been reaped */
	int waiter; /* the master's epoll */
	int link;   /* -1: closed */
	int64_t started_ms;
	int64_t deadline_ms; /* for what is expected of it */
	bool leaving;	     /* it has been told to stop */
	char version[HANDOVER_VERSION];
	struct errbuf err;
};

void upgrade_init(struct upgrade *, int waiter);

/*
 * Execute the new echod, and give it all of that.  -1 with the reason in err;
 * then nothing has been started.
 */
int upgrade_start(struct upgrade *, const struct handover *, int64_t now_ms,
    struct errbuf *);

/* Take what the new master has said.  An outcome is returned once. */
enum upgrade_outcome upgrade_step(struct upgrade *, int64_t now_ms);

/* After UPGRADE_READY: have it take the service, and go on counting from here. */
void upgrade_yield(struct upgrade *, const struct snapshot *);

/*
 * The old master is about to leave, whatever becomes of the new one: no event
 * comes from it any more.  Then, as the last thing, it is told what has been
 * counted meanwhile.
 */
void upgrade_release(struct upgrade *);
void upgrade_end(struct upgrade *, const struct snapshot *);

/* Have the new master reload, which has the service. */
void upgrade_pass_reload(const struct upgrade *);

/* When to call upgrade_step() again, by clock_ms(); INT64_MAX: at events. */
int64_t upgrade_deadline(const struct upgrade *);

/* A child has ended; true if it was the new master. */
bool upgrade_reaped(struct upgrade *, pid_t, int wait_status);

/* End an upgrade that is not done, with the new master; nothing has changed. */
void upgrade_abandon(struct upgrade *);

#endif
