/* SPDX-License-Identifier: ISC */
/* caller: lines come in, answers go out, and whoever stands still is found. */
#include "check.h"

#include <fcntl.h>
#include <sys/socket.h>

#include "daemon/control/caller.h"

/* A caller, and the other end of its connection. */
static void
open_caller(struct caller *c, int *other, unsigned rights)
{
	int fd[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0,
			     fd),
	    0);
	memset(c, 0, sizeof(*c));
	caller_begin(c, fd[0], rights, 1000);
	*other = fd[1];
}

static void
say(int other, const char *text)
{
	assert_int_equal(send(other, text, strlen(text), 0), strlen(text));
}

/* What has been sent to the other end. */
static const char *
heard(int other)
{
	static char text[4096];
	ssize_t n = recv(other, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void
a_line_becomes_a_request(void **state)
{
	struct caller c;
	int other;

	(void)state;
	open_caller(&c, &other, CONTROL_READ);
	caller_read(&c, 1000);
	assert_int_equal(c.state, CALLER_ASKING);
	say(other, "vers");
	caller_read(&c, 1000);
	assert_int_equal(c.state, CALLER_ASKING);
	say(other, "ion\nhelp\n");
	caller_read(&c, 1000);
	assert_true(caller_asks(&c));
	assert_int_equal(c.verb->id, VERB_VERSION);
	/* To wait for an answer is no fault, but to ask for more than one. */
	assert_false(caller_gives_way(&c));
	caller_line(&c, "echod %s", "1");
	caller_ok(&c);
	assert_false(caller_asks(&c));
	caller_send(&c, 1000);
	assert_string_equal(heard(other), "echod 1\nok\n");
	/* The one that came with it is next. */
	assert_true(caller_asks(&c));
	assert_int_equal(c.verb->id, VERB_HELP);
	assert_true(caller_gives_way(&c));
	caller_error(&c, 75, "no");
	caller_send(&c, 1000);
	assert_string_equal(heard(other), "error 75 no\n");
	close(other);
	caller_read(&c, 1000);
	assert_int_equal(c.state, CALLER_GONE);
	caller_end(&c);
	assert_int_equal(c.state, CALLER_FREE);
}

static void
what_it_may_not_is_not_asked(void **state)
{
	struct caller c;
	int other;

	(void)state;
	open_caller(&c, &other, 0);
	say(other, "version\n");
	caller_read(&c, 1000);
	assert_false(caller_asks(&c));
	caller_send(&c, 1000);
	assert_string_equal(heard(other),
	    "error 77 this takes root or the user who runs echod\n");
	assert_int_equal(c.state, CALLER_ASKING);
	caller_end(&c);
	close(other);
}

/* Who drips bytes has no more time for his line than others. */
static void
patience_is_for_a_line(void **state)
{
	struct caller c;
	int other;

	(void)state;
	open_caller(&c, &other, CONTROL_READ);
	assert_int_equal(caller_deadline(&c), 1000 + CALLER_PATIENCE_MS);
	say(other, "v");
	caller_read(&c, 2500);
	assert_int_equal(caller_deadline(&c), 1000 + CALLER_PATIENCE_MS);
	say(other, "ersion\n");
	caller_read(&c, 2600);
	caller_ok(&c);
	caller_send(&c, 2700);
	assert_int_equal(caller_deadline(&c), 2700 + CALLER_PATIENCE_MS);
	/* One that waits for an event, or is ours, has all the time. */
	caller_wait(&c, 1, 0);
	assert_int_equal(caller_deadline(&c), INT64_MAX);
	c.state = CALLER_ASKING;
	c.adopted = true;
	assert_int_equal(caller_deadline(&c), INT64_MAX);
	caller_end(&c);
	assert_int_equal(caller_deadline(&c), INT64_MAX);
	close(other);
}

/* An answer of any length, a part at a time, to who reads it in time. */
static void
long_answers_go_on(void **state)
{
	enum { LINES = 100000 };
	static char line[101];
	size_t got = 0;
	struct caller c;
	const char *text;
	uint64_t i;
	int other;

	(void)state;
	memset(line, 'x', 100);
	open_caller(&c, &other, CONTROL_READ);
	say(other, "version\n");
	caller_read(&c, 1000);
	while (c.state == CALLER_ASKED || c.sent < c.used) {
		if (caller_asks(&c)) {
			for (i = c.position; i < LINES && c.used < 100000; i++)
				caller_line(&c, "%s", line);
			caller_go_on(&c, i);
			if (i == LINES)
				caller_ok(&c);
		}
		assert_true(c.used <= CALLER_ANSWER);
		caller_send(&c, 1000);
		if (c.sent < c.used)
			assert_int_equal(caller_deadline(&c),
			    1000 + CALLER_PATIENCE_MS);
		while ((text = heard(other))[0] != '\0')
			got += strlen(text);
	}
	assert_int_equal(got, LINES * 101UL + strlen("ok\n"));
	assert_int_equal(c.state, CALLER_ASKING);
	/* But no more than so much waits to be sent. */
	say(other, "version\n");
	caller_read(&c, 1000);
	for (i = 0; i < LINES && c.state != CALLER_GONE; i++)
		caller_line(&c, "%s", line);
	assert_int_equal(c.state, CALLER_GONE);
	assert_true(c.used <= CALLER_ANSWER);
	assert_true(c.used > CALLER_ANSWER - 1000);
	caller_ok(&c);
	assert_int_equal(c.state, CALLER_GONE);
	caller_end(&c);
	close(other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_becomes_a_request),
		cmocka_unit_test(what_it_may_not_is_not_asked),
		cmocka_unit_test(patience_is_for_a_line),
		cmocka_unit_test(long_answers_go_on),
	};

	return cmocka_run_group_tests_name("caller", tests, NULL, NULL);
}
