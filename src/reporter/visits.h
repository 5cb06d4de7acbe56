/* SPDX-License-Identifier: ISC */
/*
 * visits: keeps the table of the reporter's clients: decides how long each may
 * take, and which one is dropped for another.  It does nothing to a connection.
 */
#ifndef ECHOD_VISITS_H
#define ECHOD_VISITS_H

#include <stdbool.h>
#include <stdint.h>

#include "reporter/reply.h"

struct MHD_Connection;

enum {
	VISITS = 16,	       /* at once */
	VISITS_ASK_MS = 2000,  /* for a client to send the head of a request */
	VISITS_WAIT_MS = 1000, /* for the master to answer */
	VISITS_TAKE_MS = 2000, /* for a client to take the reply */
};

enum visit_state {
	VISIT_NONE,
	VISIT_ASKS,    /* it has not sent the whole head */
	VISIT_WAITS,   /* it waits for the master */
	VISIT_TAKES,   /* it takes the reply */
	VISIT_DROPPED, /* the library has yet to notice its end */
};

struct visit {
	enum visit_state state;
	int fd;
	struct MHD_Connection *connection;
	enum reply_page page; /* that it wants */
	unsigned question;    /* whose answer it waits for */
	struct reply reply;   /* for the library to send; no body: none */
	int64_t since_ms;     /* when it came, by clock_ms() */
	int64_t deadline_ms;  /* of this state */
};

struct visits {
	struct visit visit[VISITS];
};

/* Enter a new connection.  NULL: there is no room. */
struct visit *visits_enter(struct visits *, int fd, int64_t now_ms);

/* Whether there is a free place. */
bool visits_have_room(const struct visits *);

/*
 * The client to drop for another: the one that has been there longest of those
 * that do not wait for the master.  NULL: there is none, or one has been
 * dropped already and is about to make room.
 */
struct visit *visits_oldest(struct visits *);

/* The head has come: wait for the answer to this question. */
void visit_wait(struct visit *, enum reply_page, unsigned question,
    int64_t now_ms);

/* The reply is on its way. */
void visit_take(struct visit *, int64_t now_ms);

/* A client whose time is over; NULL: there is none. */
struct visit *visits_late(struct visits *, int64_t now_ms);

/* The clock_ms() at which the time of the next one is over, or INT64_MAX. */
int64_t visits_deadline(const struct visits *);

/*
 * A client that waits for the answer to this question, or to an earlier one;
 * NULL: there is none.
 */
struct visit *visits_waiting(struct visits *, unsigned question);

/* Whether anybody waits for an answer. */
bool visits_wait(const struct visits *);

#endif
