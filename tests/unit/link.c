/* SPDX-License-Identifier: ISC */
/* link: records keep their bounds, and the kernel names who sent them. */
#include "check.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "daemon/link.h"

static ssize_t
receive(int fd, char *record, size_t size, pid_t *sender)
{
	return link_receive(fd, record, size, MSG_DONTWAIT, sender);
}

static void
records_keep_their_bounds(void **state)
{
	char record[8];
	pid_t sender;
	int fd[2];

	(void)state;
	assert_int_equal(link_open(fd), 0);
	assert_int_equal(fcntl(fd[0], F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(fd[1], F_GETFD), FD_CLOEXEC);
	assert_int_equal(receive(fd[0], record, sizeof(record), &sender), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(sender, 0);

	assert_int_equal(send(fd[1], "one", 3, 0), 3);
	assert_int_equal(send(fd[1], "", 0, 0), 0);
	assert_int_equal(send(fd[1], "much too long", 13, 0), 13);
	assert_int_equal(receive(fd[0], record, sizeof(record), &sender), 3);
	assert_memory_equal(record, "one", 3);
	assert_int_equal(sender, getpid());
	/* An empty one is a record, and not the end. */
	assert_int_equal(receive(fd[0], record, sizeof(record), &sender), 0);
	assert_int_equal(sender, getpid());
	assert_int_equal(receive(fd[0], record, sizeof(record), &sender), 8);
	assert_memory_equal(record, "much too", 8);
	/* What the kernel says with MSG_TRUNC is the true length. */
	assert_int_equal(send(fd[1], "much too long", 13, 0), 13);
	assert_int_equal(link_receive(fd[0], record, sizeof(record),
			     MSG_DONTWAIT | MSG_TRUNC, &sender),
	    13);

	close(fd[1]);
	assert_int_equal(receive(fd[0], record, sizeof(record), &sender), 0);
	assert_int_equal(sender, 0);
	close(fd[0]);
}

static void
a_child_is_named(void **state)
{
	char record[8];
	pid_t sender, child;
	int fd[2];

	(void)state;
	assert_int_equal(link_open(fd), 0);
	child = fork();
	assert_int_not_equal(child, -1);
	if (child == 0)
		_exit(send(fd[1], "x", 1, 0) == 1 ? 0 : 1);
	assert_int_equal(link_receive(fd[0], record, 1, 0, &sender), 1);
	assert_int_equal(sender, child);
	assert_int_equal(waitpid(child, NULL, 0), child);
	close(fd[0]);
	close(fd[1]);
}

static void
no_descriptor_is_left_of_a_failure(void **state)
{
	struct rlimit limit;
	int fd[2], held[64], n, first, last;

	(void)state;
	first = dup(STDIN_FILENO);
	close(first);
	/* Valgrind takes its own descriptors out of what the limit allows. */
	if (getenv("ECHOD_WRAPPER") != NULL)
		skip();
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = COUNT(held);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	/* None is to be had, or one. */
	for (int room = 0; room < 2; room++) {
		for (n = 0; (held[n] = dup(STDIN_FILENO)) != -1; n++)
			;
		if (room == 1)
			close(held[--n]);
		assert_int_equal(link_open(fd), -1);
		assert_int_equal(errno, EMFILE);
		while (n > 0)
			close(held[--n]);
	}
	last = dup(STDIN_FILENO);
	assert_int_equal(last, first);
	close(last);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_keep_their_bounds),
		cmocka_unit_test(a_child_is_named),
		cmocka_unit_test(no_descriptor_is_left_of_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
