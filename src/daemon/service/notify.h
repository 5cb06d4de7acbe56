/* SPDX-License-Identifier: ISC */
/*
 * notify: tells a service manager how the service is, in datagrams as
 * sd_notify(3) describes them.  Only the master does that: the manager listens
 * to the main process.
 *
 * Nothing here waits or fails.  A datagram for which the manager has no room is
 * sent later; whatever else goes wrong costs the datagram and one warning.
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
 * All states arrive, in their order.  Of the others the last one counts, so it
 * takes the place of one that still waits.
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
	int error;   /* why it is -1 although somebody does; 0: nobody does */
	bool failed; /* to send; the log has said it */
	unsigned waiting;
	struct notify_message {
		enum notify_kind kind;
		char text[NOTIFY_TEXT];
	} queue[NOTIFY_QUEUE];
	/* There was no room: try again then, and so much later the next time. */
	int64_t retry_ms, pause_ms;
};

/*
 * Get ready to send to this address, NOTIFY_SOCKET; NULL: to nobody.  One that
 * is of another kind, for virtual machines, is passed over in silence.
 */
void notify_open(struct notify *, const char *address);

/*
 * Send lines "NAME=VALUE", now or when there is room for it.  A manager that
 * takes nothing loses the oldest of the messages that wait.
 */
void notify_send(struct notify *, enum notify_kind, int64_t now_ms,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/*
 * Send a message with descriptors, 253 at most, now.  False: it was not sent
 * because earlier ones wait, or there is no room; try again.  True also if it is
 * lost for another reason, or for nobody.
 */
bool notify_descriptors(struct notify *, const char *text, const int *fds,
    unsigned count);

/*
 * Send what waits, if its time has come.  Returns the clock_ms() to be called
 * again at, INT64_MAX: there is nothing.
 */
int64_t notify_step(struct notify *, int64_t now_ms);

/*
 * Replace whatever is not printable ASCII, so that a text from outside can be
 * the value of one line.  Returns the text.
 */
const char *notify_clean(char *text);

#endif
