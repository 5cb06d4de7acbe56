/* SPDX-License-Identifier: ISC */
/*
 * notify: tells a service manager the state of the service, in datagrams as
 * sd_notify(3) describes them.  Only the master does that, for the manager
 * listens to the main process.
 *
 * Nothing here waits or fails.  A datagram for which the manager has no room is
 * sent later; after any other fault it is lost, and the log has one warning.
 */
#ifndef ECHOD_NOTIFY_H
#define ECHOD_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

enum {
	NOTIFY_TEXT = 1536, /* room for a message and its NUL */
	NOTIFY_QUEUE = 8,   /* messages that can wait */
};

/*
 * All messages of the kind NOTIFY_STATE are sent, in their order.  Of each
 * other kind only the last one counts: it replaces one that still waits.
 */
enum notify_kind {
	NOTIFY_STATE,  /* READY=1 and the like */
	NOTIFY_STATUS, /* STATUS= alone */
	NOTIFY_EXTEND, /* EXTEND_TIMEOUT_USEC= */
	NOTIFY_ALIVE,  /* WATCHDOG=1 */
};

struct notify {
	int fd; /* -1: nobody wants to know */
	struct sockaddr_un to;
	socklen_t length;
	int error;   /* errno, if the address could not be used */
	bool failed; /* sending fails, as the log says */
	unsigned waiting;
	struct notify_message {
		enum notify_kind kind;
		char text[NOTIFY_TEXT];
	} queue[NOTIFY_QUEUE];
	/* The manager had no room: when to try again, and the pause after
	 * that. */
	int64_t retry_ms, pause_ms;
};

/*
 * Get ready to send to this address, that of NOTIFY_SOCKET; NULL: to nobody.
 * An address of another kind, for virtual machines, is ignored.
 */
void notify_open(struct notify *, const char *address);

/*
 * Send lines "NAME=VALUE", now or when the manager has room for them.  If it
 * takes nothing, the oldest of the messages that wait is lost.
 */
void notify_send(struct notify *, enum notify_kind, int64_t now_ms,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/*
 * Send a message with at most 253 descriptors now.  False if it was not sent,
 * because earlier ones wait or there is no room: try again.  True also if it is
 * lost for another reason, or if there is no manager.
 */
bool notify_descriptors(struct notify *, const char *text, const int *fds,
    unsigned count);

/*
 * Send what waits, if its time has come.  Returns the clock_ms() to call this
 * again at, INT64_MAX: nothing waits.
 */
int64_t notify_step(struct notify *, int64_t now_ms);

/*
 * Replace each byte that is not printable ASCII, so that a text from outside
 * can be the value of one line.  Returns the text.
 */
const char *notify_clean(char *text);

#endif
