/* SPDX-License-Identifier: ISC */
/*
 * caller: a connection to the control socket: reads requests, which are lines,
 * and sends answers, without ever waiting.
 */
#ifndef ECHOD_CALLER_H
#define ECHOD_CALLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "daemon/control/verb.h"

enum {
	CALLER_LINE = 1024,	    /* bytes of a request, with its newline */
	CALLER_ANSWER = 512 * 1024, /* bytes that wait to be sent, at most */
	CALLER_PATIENCE_MS = 2000,
};

enum caller_state {
	CALLER_FREE,
	CALLER_ASKING,	  /* no complete line has come yet */
	CALLER_ASKED,	  /* `verb` is to be answered, or the answer to go on */
	CALLER_WAITING,	  /* the answer comes with an event */
	CALLER_ANSWERING, /* the whole answer is there, and is being sent */
	CALLER_LEAVING,	  /* the same, and then the connection is closed */
	CALLER_GONE,	  /* its descriptor is to be closed */
};

/* The events that a caller can wait for. */
enum caller_event { EVENT_RELOAD, EVENT_UPGRADE, EVENT_STOP };

struct caller {
	enum caller_state state;
	int fd;
	unsigned rights; /* of enum control_right */
	bool adopted;	 /* a process of ours, without a deadline */
	uid_t uid;	 /* of the other end, as the kernel says */
	pid_t pid;
	int64_t moved_ms; /* its last step, by clock_ms() */
	uint32_t events;  /* for which its epoll looks */
	bool answered;	  /* once at least */
	bool eof;	  /* nothing will follow what is in `line` */
	size_t got;	  /* bytes in `line` */
	char line[CALLER_LINE];
	const struct verb *verb;
	uint64_t position; /* in a long answer, see caller_go_on() */
	enum caller_event awaits;
	unsigned skip; /* events of its kind to pass over */
	char *answer;
	size_t room, used, sent; /* bytes of it */
};

/*
 * Begin to serve a connection.  The caller was free, and owns the descriptor
 * now.
 */
void caller_begin(struct caller *, int fd, unsigned rights, int64_t now_ms);

/* Close the descriptor; the caller is free then. */
void caller_end(struct caller *);

/* Read what has come. */
void caller_read(struct caller *, int64_t now_ms);

/* Send what can be sent. */
void caller_send(struct caller *, int64_t now_ms);

/* Whether `verb` is to be answered, and there is room for the answer. */
bool caller_asks(const struct caller *);

/*
 * Add a line, given without its newline, to the answer; or a text of whole
 * lines.  A caller that has no room for it (CALLER_ANSWER) is disconnected.
 */
void caller_line(struct caller *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void caller_text(struct caller *, const char *text, size_t n);

/* End the answer: "ok", or "error STATUS TEXT" with a status of sysexits(3). */
void caller_ok(struct caller *);
void caller_error(struct caller *, int status, const char *text);

/*
 * The answer goes on from this position: caller_asks() is true again when the
 * part so far has been sent.
 */
void caller_go_on(struct caller *, uint64_t position);

/* The answer is the sentence of the next such event, after `skip` others. */
void caller_wait(struct caller *, enum caller_event, unsigned skip);

/*
 * The clock_ms() at which it is disconnected if it neither sends nor reads
 * anything; INT64_MAX: never.
 */
int64_t caller_deadline(const struct caller *);

/*
 * Whether it may have to give way to a new one: it does not move, or asks once
 * more although it has been answered.
 */
bool caller_gives_way(const struct caller *);

#endif
