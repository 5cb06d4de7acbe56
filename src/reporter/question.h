/* SPDX-License-Identifier: ISC */
/*
 * question: what the reporter asks the master, one question at a time, in the
 * protocol of the control socket (echod(8)): a line goes out, and lines come
 * in, of which the last one is "ok", or begins with "error".
 *
 * An answer tells how things were after its question was put.  Whoever comes
 * while one is under way needs the answer to the next.
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
	QUESTION_GONE,	   /* the master has left, or is not to be understood */
};

/* The number of the question whose answer will do for whoever comes now. */
unsigned question_wanted(const struct question *);

/* Put a question, if none is under way.  -1 with errno. */
int question_put(struct question *);

/* Take what has come. */
enum question_step question_step(struct question *);

#endif
