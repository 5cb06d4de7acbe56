/* SPDX-License-Identifier: ISC */
/* control: callers are served in turn, and those that we adopt like the others. */
#include "check.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sysexits.h>

#include "common/clock.h"
#include "common/errbuf.h"
#include "daemon/control/control.h"

static struct control control;
static int waiter;

static int
open_control(void **state)
{
	struct errbuf err;

	(void)state;
	memset(&control, 0, sizeof(control));
	waiter = epoll_create1(EPOLL_CLOEXEC);
	assert_int_equal(control_open(&control, waiter, &err), 0);
	return 0;
}

static int
close_control(void **state)
{
	(void)state;
	control_close(&control);
	close(control.waiter);
	close(waiter);
	return 0;
}

/* The other end of a caller. */
static int
adopt(unsigned rights)
{
	int fd[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0,
			     fd),
	    0);
	if (control_adopt(&control, fd[0], rights) == 0)
		return fd[1];
	close(fd[1]);
	return -1;
}

/* As the master does: one step, and one answer at most.  False: none. */
static bool
step(void)
{
	struct caller *c;
	int64_t now_ms = clock_ms();

	control.noticed = true;
	control_step(&control, now_ms);
	if ((c = control_asked(&control)) == NULL)
		return false;
	caller_ok(c);
	control_said(&control, c, now_ms);
	return true;
}

static size_t
heard(int fd)
{
	char text[4096];
	ssize_t n = recv(fd, text, sizeof(text), 0);

	return n > 0 ? (size_t)n / strlen("ok\n") : 0;
}

/* One that asks without end, and another that asks once. */
static void
served_in_turn(void **state)
{
	int greedy = adopt(CONTROL_READ), modest = adopt(CONTROL_READ);
	static const char many[] = "help\nhelp\nhelp\nhelp\nhelp\nhelp\nhelp\n"
				   "help\nhelp\nhelp\nhelp\nhelp\nhelp\nhelp\n";

	(void)state;
	for (int i = 0; i < 100; i++)
		assert_true(send(greedy, many, sizeof(many) - 1, 0) > 0);
	for (int i = 0; i < 20; i++)
		assert_true(step());
	assert_true(heard(greedy) > 10);
	assert_int_equal(send(modest, "help\n", 5, 0), 5);
	for (int i = 0; i < 3; i++)
		assert_true(step());
	assert_int_equal(heard(modest), 1);
	close(greedy);
	close(modest);
}

static void
adopted_ones_have_their_rights(void **state)
{
	int reads = adopt(CONTROL_READ);
	int changes = adopt(CONTROL_READ | CONTROL_CHANGE);
	struct caller *c;
	char text[256] = "";

	(void)state;
	/* Some, and no more. */
	assert_int_equal(adopt(CONTROL_READ), -1);
	assert_int_equal(send(reads, "stop\n", 5, 0), 5);
	assert_false(step());
	assert_true(recv(reads, text, sizeof(text) - 1, 0) > 0);
	assert_int_equal(strncmp(text, "error 77 ", 9), 0);
	assert_int_equal(send(changes, "stop\n", 5, 0), 5);
	control.noticed = true;
	control_step(&control, clock_ms());
	c = control_asked(&control);
	assert_non_null(c);
	assert_int_equal(c->verb->id, VERB_STOP);
	/* Whoever waits for an event hears of it, and of no other. */
	caller_wait(c, EVENT_STOP, 0);
	control_said(&control, c, clock_ms());
	control_tell(&control, EVENT_RELOAD, EX_OK, "done", false);
	assert_int_equal(recv(changes, text, sizeof(text), 0), -1);
	control_tell(&control, EVENT_STOP, EX_OK, "gone", false);
	assert_int_equal(recv(changes, text, sizeof(text), 0), 8);
	assert_memory_equal(text, "gone\nok\n", 8);
	/* A place is free when its caller has left. */
	close(reads);
	assert_false(step());
	reads = adopt(CONTROL_READ);
	assert_int_not_equal(reads, -1);
	close(reads);
	close(changes);
}

/* They are ours: however long they take, nobody ends them. */
static void
adopted_ones_have_all_the_time(void **state)
{
	int fd = adopt(CONTROL_READ);

	(void)state;
	control_step(&control, clock_ms() + 10 * CALLER_PATIENCE_MS);
	assert_int_equal(control_deadline(&control), INT64_MAX);
	assert_int_equal(send(fd, "help\n", 5, 0), 5);
	assert_true(step());
	assert_int_equal(heard(fd), 1);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(served_in_turn, open_control,
		    close_control),
		cmocka_unit_test_setup_teardown(adopted_ones_have_their_rights,
		    open_control, close_control),
		cmocka_unit_test_setup_teardown(adopted_ones_have_all_the_time,
		    open_control, close_control),
	};

	return cmocka_run_group_tests_name("control", tests, NULL, NULL);
}
