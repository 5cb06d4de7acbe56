/* SPDX-License-Identifier: ISC */
/* question: an answer is taken when all of it has come, in whatever pieces. */
#include "check.h"

#include <sys/socket.h>

#include "reporter/question.h"

static struct question q;
static int master; /* the other end */

static int
open_link(void **state)
{
	int fd[2];

	(void)state;
	memset(&q, 0, sizeof(q));
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) == -1)
		return -1;
	q.fd = fd[0];
	master = fd[1];
	return 0;
}

static int
close_link(void **state)
{
	(void)state;
	close(q.fd);
	if (master != -1)
		close(master);
	return 0;
}

static void
say(const char *text)
{
	assert_int_equal(write(master, text, strlen(text)),
	    (ssize_t)strlen(text));
}

static void
put(void)
{
	char line[64];
	ssize_t n;

	assert_int_equal(question_put(&q), 0);
	n = recv(master, line, sizeof(line), 0);
	CHECK(n == 7 && memcmp(line, "status\n", 7) == 0, "%zd bytes", n);
}

static void
in_pieces(void **state)
{
	static const char answer[] = "echod 1 version=\"ok\"\nok ok\nok\n";
	char one[2] = "";

	(void)state;
	assert_int_equal(question_wanted(&q), 1);
	put();
	assert_int_equal(question_wanted(&q), 2);
	for (size_t i = 0; i < sizeof(answer) - 1; i++) {
		assert_int_equal(question_step(&q), QUESTION_NOTHING);
		one[0] = answer[i];
		say(one);
	}
	assert_int_equal(question_step(&q), QUESTION_ANSWERED);
	assert_int_equal(q.got, sizeof(answer) - 1 - 3);
	assert_memory_equal(q.text, answer, q.got);
	assert_int_equal(question_step(&q), QUESTION_NOTHING);
}

/* One is put when the one before has been answered. */
static void
one_at_a_time(void **state)
{
	(void)state;
	put();
	assert_int_equal(question_put(&q), 0);
	assert_int_equal(recv(master, &(char){ 0 }, 1, MSG_DONTWAIT), -1);
	say("ok\n");
	assert_int_equal(question_step(&q), QUESTION_ANSWERED);
	assert_int_equal(q.got, 0);
	put();
	say("half a line");
	assert_int_equal(question_step(&q), QUESTION_NOTHING);
	say("\nerror 71 no memory\n");
	assert_int_equal(question_step(&q), QUESTION_REFUSED);
}

static void
the_master_leaves(void **state)
{
	(void)state;
	put();
	say("half of an answer\n");
	close(master);
	master = -1;
	assert_int_equal(question_step(&q), QUESTION_GONE);
	assert_int_equal(question_put(&q), 0); /* it is open */
	q.open = false;
	assert_int_equal(question_put(&q), -1);
}

static void
not_asked_for(void **state)
{
	(void)state;
	say("ok\n");
	assert_int_equal(question_step(&q), QUESTION_GONE);
}

static void
too_long(void **state)
{
	static char line[4096];
	enum question_step step = QUESTION_NOTHING;
	size_t said = 0;

	(void)state;
	memset(line, 'x', sizeof(line));
	put();
	while (step == QUESTION_NOTHING && said < 2 * sizeof(q.text)) {
		said += (size_t)write(master, line, sizeof(line));
		step = question_step(&q);
	}
	assert_int_equal(step, QUESTION_GONE);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_link, close_link)
	const struct CMUnitTest all[] = {
		TEST(in_pieces),
		TEST(one_at_a_time),
		TEST(the_master_leaves),
		TEST(not_asked_for),
		TEST(too_long),
	};

	return cmocka_run_group_tests_name("question", all, NULL, NULL);
}
