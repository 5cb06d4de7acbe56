/* SPDX-License-Identifier: ISC */
/*
 * question: asks the master for a snapshot, one question at a time, in the
 * protocol of the control socket (echod(8)): a line is sent, and lines are
 * received, of which the last one is "ok", or begins with "error".
 *
 * An answer tells the state after its question was sent.  So a client that
 * comes while a question is under way needs the answer to the next one.
 */
#ifndef ECHOD_QUESTION_H
#define ECHOD_QUESTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { QUESTION_ROOM = 512 * 1024 };

struct question {
	int fd;	       /* to the master, a stream */
	unsigned last; /* the number of the last one; 0: there was none */
	bool open;     /* it has not been answered */
	size_t got; /* bytes of the answer, without its last line at the end */
	char text[QUESTION_ROOM];
};

enum question_step {
	QUESTION_NOTHING,
	QUESTION_ANSWERED, /* `text` is the answer to the last one */
	QUESTION_REFUSED,  /* the answer is an error */
	QUESTION_GONE,	   /* the master has ended, or sends rubbish */
};

/* The number of the question whose answer a client needs that comes now. */
unsigned question_wanted(const struct question *);

/* Send a question, if none is under way.  -1 with errno. */
int question_put(struct question *);

/* Read what has come of the answer. */
enum question_step question_step(struct question *);

#endif
