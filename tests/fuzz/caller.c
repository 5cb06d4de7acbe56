/* SPDX-License-Identifier: ISC */
/*
 * caller: what comes in on the control socket, in pieces of any size: each line
 * is answered once, in its turn, as a simple reading of all of it says; and who
 * has nothing more to ask is let go.
 */
#include "fuzz.h"

#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/control/caller.h"

/* The answers so far, a letter each: 'o' for ok, 'e' for error. */
struct heard {
	char text[8192];
	size_t n;
	char last; /* the first letter of the line that is coming */
	bool midline;
};

static void
hear(int fd, struct heard *heard)
{
	char bytes[4096];
	ssize_t n;

	while ((n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0)
		for (ssize_t i = 0; i < n; i++) {
			if (!heard->midline)
				heard->last = bytes[i];
			heard->midline = bytes[i] != '\n';
			MUST(bytes[i] == '\n' ||
			    (bytes[i] >= 0x20 && bytes[i] < 0x7f));
			if (heard->midline || heard->n == sizeof(heard->text))
				continue;
			heard->text[heard->n++] = heard->last;
		}
}

/* Whether a line is a verb between blanks: found by comparing with each. */
static bool
is_verb(const uint8_t *line, size_t n)
{
	const char *blanks = " \t\r";
	const struct verb *verb;

	while (n > 0 && line[0] != 0 && strchr(blanks, line[0]) != NULL) {
		line++;
		n--;
	}
	while (n > 0 && line[n - 1] != 0 && strchr(blanks, line[n - 1]) != NULL)
		n--;
	for (size_t i = 0; (verb = verb_row(i)) != NULL; i++)
		if (n == strlen(verb->name) && memcmp(line, verb->name, n) == 0)
			return true;
	return false;
}

/* What is to be answered to all of it. */
static size_t
expect(const uint8_t *data, size_t size, char *text, size_t room)
{
	const uint8_t *end;
	size_t length, n = 0;

	while (size > 0 && n < room) {
		end = memchr(data, '\n', size);
		length = end != NULL ? (size_t)(end - data) : size;
		if (length >= CALLER_LINE) {
			text[n++] = 'e';
			break;
		}
		text[n++] = is_verb(data, length) ? 'o' : 'e';
		length += end != NULL;
		data += length;
		size -= length;
	}
	return n;
}

/* Let it do all that it can do now. */
static void
serve(struct caller *c, int other, struct heard *heard)
{
	for (int i = 0; i < 2 * CALLER_LINE && c->state != CALLER_GONE; i++) {
		enum caller_state before = c->state;
		size_t got = c->got;

		caller_read(c, 0);
		MUST(c->got <= CALLER_LINE);
		if (caller_asks(c))
			caller_ok(c);
		caller_send(c, 0);
		hear(other, heard);
		if (c->state == before && c->got == got && c->used == 0)
			return;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = { data, size };
	struct heard heard = { .n = 0 };
	static char wanted[sizeof(heard.text)];
	const uint8_t *all;
	size_t left, piece = (size_t)next(&in) + 1;
	struct caller c = { .fd = -1 };
	int fd[2];

	if (size > 4096)
		return 0;
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == 0);
	caller_begin(&c, fd[0], CONTROL_READ | CONTROL_CHANGE, 0);
	all = in.at;
	left = in.left;
	while (in.left > 0 && c.state != CALLER_GONE) {
		size_t n = in.left < piece ? in.left : piece;

		MUST(send(fd[1], in.at, n, MSG_NOSIGNAL) == (ssize_t)n);
		in.at += n;
		in.left -= n;
		serve(&c, fd[1], &heard);
	}
	MUST(shutdown(fd[1], SHUT_WR) == 0);
	serve(&c, fd[1], &heard);
	MUST(c.state == CALLER_GONE);
	caller_end(&c);
	hear(fd[1], &heard);
	MUST(!heard.midline);
	MUST(heard.n == expect(all, left, wanted, sizeof(wanted)));
	MUST(memcmp(heard.text, wanted, heard.n) == 0);
	close(fd[1]);
	return 0;
}
