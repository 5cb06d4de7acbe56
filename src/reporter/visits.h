/* SPDX-License-Identifier: ISC */
/*
 * visits: the clients of the reporter at one moment, how long each may take, and
 * which one gives way to another.  Nothing here is done to a connection.
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
	VISIT_ASKS,    /* the head is not complete */
	VISIT_WAITS,   /* for the master */
	VISIT_TAKES,   /* the reply */
	VISIT_DROPPED, /* its end has not been noticed yet */
};

struct visit {
	enum visit_state state;
	int fd;
	struct MHD_Connection *connection;
	enum reply_page page; /* that it wants */
	unsigned question;    /* whose answer it waits for */
	struct reply reply;   /* for the library to take; no body: none */
	int64_t since_ms;     /* its first step, by clock_ms() */
	int64_t deadline_ms;  /* of this state */
};

struct visits {
	struct visit visit[VISITS];
};

/* A connection has come; NULL: there is no room. */
struct visit *visits_enter(struct visits *, int fd, int64_t now_ms);

/* Whether there is room, without anybody giving way. */
bool visits_have_room(const struct visits *);

/*
 * Who is to give way: the one that came first of those that do not wait for the
 * master.  NULL: nobody, or somebody has been dropped already and is about to
 * make room.
 */
struct visit *visits_oldest(struct visits *);

/* The head has come, and the answer to a question is to be waited for. */
void visit_wait(struct visit *, enum reply_page, unsigned question,
    int64_t now_ms);

/* The reply is on its way. */
void visit_take(struct visit *, int64_t now_ms);

/* One whose time is over; NULL: there is none. */
struct visit *visits_late(struct visits *, int64_t now_ms);

/* When the next one will be late, INT64_MAX: never. */
int64_t visits_deadline(const struct visits *);

/* Whoever waits for the answer to this question, or to one before; NULL. */
struct visit *visits_waiting(struct visits *, unsigned question);

/* Whether anybody waits for an answer. */
bool visits_wait(const struct visits *);

#endif
