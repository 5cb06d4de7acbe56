/* SPDX-License-Identifier: ISC */
#include "reporter/question.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

static const char line[] = "status\n";

unsigned
question_wanted(const struct question *q)
{
	return q->last + 1;
}

int
question_put(struct question *q)
{
	if (q->open)
		return 0;
	q->last++;
	q->open = true;
	q->got = 0;
	/* The socket has room, for the question before was answered, and so has
	 * been read. */
	return send(q->fd, line, sizeof(line) - 1,
		   MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)sizeof(line) - 1 ?
	    0 :
	    -1;
}

/* The last line that has come, if it is complete; NULL: it is not. */
static const char *
last_line(const struct question *q)
{
	const char *newline;

	if (q->got == 0 || q->text[q->got - 1] != '\n')
		return NULL;
	newline = memrchr(q->text, '\n', q->got - 1);
	return newline != NULL ? newline + 1 : q->text;
}

static bool
begins(const char *text, const char *end, const char *with)
{
	size_t n = strlen(with);

	return (size_t)(end - text) >= n && memcmp(text, with, n) == 0;
}

/* Look whether the answer is complete. */
static enum question_step
look(struct question *q)
{
	const char *last = last_line(q), *end = q->text + q->got;
	bool good;

	if (last == NULL)
		return QUESTION_NOTHING;
	good = end - last == 3 && begins(last, end, "ok\n");
	if (!good && !begins(last, end, "error "))
		return QUESTION_NOTHING;
	q->open = false;
	q->got = (size_t)(last - q->text);
	return good ? QUESTION_ANSWERED : QUESTION_REFUSED;
}

enum question_step
question_step(struct question *q)
{
	enum question_step step;
	ssize_t n;

	for (;;) {
		/* The answer is too long, and its end would not be found. */
		if (q->got == sizeof(q->text))
			return QUESTION_GONE;
		n = recv(q->fd, q->text + q->got, sizeof(q->text) - q->got,
		    MSG_DONTWAIT);
		if (n == -1 && (errno == EAGAIN || errno == EINTR))
			return QUESTION_NOTHING;
		if (n <= 0 || !q->open)
			return QUESTION_GONE;
		q->got += (size_t)n;
		if ((step = look(q)) != QUESTION_NOTHING)
			return step;
	}
}
