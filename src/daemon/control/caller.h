/* SPDX-License-Identifier: ISC */
/*
 * caller: who is connected to the control socket: a line comes in, an answer
 * goes out, and nothing here ever waits.
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
	CALLER_ASKING,	  /* its line is not complete */
	CALLER_ASKED,	  /* `verb` is to be answered, or the answer to go on */
	CALLER_WAITING,	  /* for an event */
	CALLER_ANSWERING, /* the end of the answer is on its way */
	CALLER_LEAVING,	  /* the same, and no other request will be answered */
	CALLER_GONE,	  /* its descriptor is to be closed */
};

/* What may become of the service, for which a caller may wait. */
enum caller_event { EVENT_RELOAD, EVENT_UPGRADE, EVENT_STOP };

struct caller {
	enum caller_state state;
	int fd;
	unsigned rights; /* of enum control_right */
	bool adopted;	 /* a process of ours, which has all the time */
	uid_t uid;	 /* of the other end, as the kernel says */
	pid_t pid;
	int64_t moved_ms; /* its last step, by clock_ms() */
	uint32_t events;  /* that its epoll looks for */
	bool eof;	  /* nothing comes after what is in `line` */
	size_t got;	  /* bytes in `line` */
	char line[CALLER_LINE];
	const struct verb *verb;
	uint64_t position; /* of the answer, see caller_go_on(); 0: begins */
	enum caller_event awaits;
	unsigned skip; /* so many of these events are not its own */
	char *answer;
	size_t room, used, sent; /* bytes of it */
};

/* A connection has come; `c` is free, and the descriptor is its own. */
void caller_begin(struct caller *, int fd, unsigned rights, int64_t now_ms);

/* Close the descriptor; it is free then. */
void caller_end(struct caller *);

/* Take what has come. */
void caller_read(struct caller *, int64_t now_ms);

/* Send what can be sent. */
void caller_send(struct caller *, int64_t now_ms);

/* Whether it waits for somebody to answer `verb`, and there is room for it. */
bool caller_asks(const struct caller *);

/*
 * Add a line to the answer, given without its newline, or text of whole lines.
 * Who has no room for it (CALLER_ANSWER) is gone.
 */
void caller_line(struct caller *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void caller_text(struct caller *, const char *text, size_t n);

/* The last line: "ok", or "error STATUS TEXT" with a status of sysexits(3). */
void caller_ok(struct caller *);
void caller_error(struct caller *, int status, const char *text);

/* Ask again, from this position on, when what there is so far has been sent. */
void caller_go_on(struct caller *, uint64_t position);

/* The answer will come with the event, after `skip` others of the same kind. */
void caller_wait(struct caller *, enum caller_event, unsigned skip);

/* Until when it has to move, by clock_ms(); INT64_MAX: it need not. */
int64_t caller_deadline(const struct caller *);

#endif
