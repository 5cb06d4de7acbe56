/* SPDX-License-Identifier: ISC */
/* notify: what is sent, what waits, and what is lost. */
#include "check.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "daemon/service/notify.h"

static struct notify n;

/* A socket at a path that takes a few datagrams, and notify for it. */
static int
open_both(const char *name)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", check_path(name));
	assert_int_equal(bind(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	notify_open(&n, sun.sun_path);
	assert_int_not_equal(n.fd, -1);
	return fd;
}

/* The next message, "" if there is none. */
static const char *
next(int fd)
{
	static char text[2 * NOTIFY_TEXT];
	ssize_t got = recv(fd, text, sizeof(text) - 1, 0);

	text[got > 0 ? got : 0] = '\0';
	return text;
}

static void
close_both(int fd)
{
	close(fd);
	close(n.fd);
}

/* Send until there is no room; what cannot be sent waits. */
static unsigned
fill(void)
{
	unsigned sent = 0;

	while (n.waiting == 0)
		notify_send(&n, NOTIFY_STATE, 0, "FILL=%u", sent++);
	return sent - 1;
}

static void
sends_lines(void **state)
{
	int fd = open_both("sends");

	(void)state;
	notify_send(&n, NOTIFY_STATE, 0, "READY=1\nSTATUS=%s", "well");
	assert_string_equal(next(fd), "READY=1\nSTATUS=well");
	assert_string_equal(next(fd), "");
	assert_true(notify_step(&n, 0) == INT64_MAX);
	close_both(fd);
}

static void
waits_for_room(void **state)
{
	int fd = open_both("waits");
	unsigned sent = fill();
	char text[32];

	(void)state;
	/* Later and later. */
	assert_int_equal(notify_step(&n, 0), 50);
	assert_int_equal(notify_step(&n, 49), 50);
	assert_int_equal(notify_step(&n, 50), 150);
	assert_int_equal(notify_step(&n, 150), 350);
	for (int64_t ms = 350; ms < 60000;)
		ms = notify_step(&n, ms);
	assert_int_equal(notify_step(&n, 100000), 105000);
	/* Not even a new message is tried before. */
	assert_string_equal(next(fd), "FILL=0");
	notify_send(&n, NOTIFY_STATE, 104999, "READY=1");
	assert_int_equal(n.waiting, 2);
	for (unsigned i = 1; i < sent; i++)
		(void)next(fd);
	assert_true(notify_step(&n, 105000) == INT64_MAX);
	snprintf(text, sizeof(text), "FILL=%u", sent);
	assert_string_equal(next(fd), text);
	assert_string_equal(next(fd), "READY=1");
	/* That is forgotten. */
	(void)fill();
	assert_int_equal(notify_step(&n, 0), 50);
	close_both(fd);
}

static void
last_status_counts(void **state)
{
	static const char *const wanted[] = { "RELOADING=1", "READY=1",
		"EXTEND_TIMEOUT_USEC=2", "STATUS=new" };
	int fd = open_both("last");
	unsigned sent = fill();

	(void)state;
	notify_send(&n, NOTIFY_STATUS, 0, "STATUS=old");
	notify_send(&n, NOTIFY_STATE, 0, "RELOADING=1");
	notify_send(&n, NOTIFY_EXTEND, 0, "EXTEND_TIMEOUT_USEC=1");
	notify_send(&n, NOTIFY_STATE, 0, "READY=1");
	notify_send(&n, NOTIFY_EXTEND, 0, "EXTEND_TIMEOUT_USEC=2");
	notify_send(&n, NOTIFY_STATUS, 0, "STATUS=new");
	for (unsigned i = 0; i < sent; i++)
		(void)next(fd);
	assert_true(notify_step(&n, 50) == INT64_MAX);
	(void)next(fd); /* the one that had no room */
	for (size_t i = 0; i < COUNT(wanted); i++)
		CHECK_TEXT(next(fd), wanted[i], "message %zu", i);
	assert_string_equal(next(fd), "");
	close_both(fd);
}

static void
oldest_are_lost(void **state)
{
	int fd = open_both("oldest");
	unsigned sent = fill();

	(void)state;
	for (unsigned i = 0; i < 3 * NOTIFY_QUEUE; i++)
		notify_send(&n, NOTIFY_STATE, 0, "STATE=%u", i);
	assert_int_equal(n.waiting, NOTIFY_QUEUE);
	for (unsigned i = 0; i < sent; i++)
		(void)next(fd);
	assert_true(notify_step(&n, 50) == INT64_MAX);
	for (unsigned i = 2 * NOTIFY_QUEUE; i < 3 * NOTIFY_QUEUE; i++) {
		char text[32];

		snprintf(text, sizeof(text), "STATE=%u", i);
		assert_string_equal(next(fd), text);
	}
	close_both(fd);
}

static void
descriptors_are_sent(void **state)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(4 * sizeof(int))];
	} control;
	char text[64];
	struct iovec line = { text, sizeof(text) };
	struct msghdr message = { .msg_iov = &line,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	int fd = open_both("descriptors"), got[2];
	unsigned sent;

	(void)state;
	assert_true(
	    notify_descriptors(&n, "FDSTORE=1", (int[]){ fd, n.fd }, 2));
	assert_int_equal(recvmsg(fd, &message, 0), strlen("FDSTORE=1"));
	assert_int_equal(control.align.cmsg_len, CMSG_LEN(sizeof(got)));
	memcpy(got, CMSG_DATA(&control.align), sizeof(got));
	assert_int_not_equal(fcntl(got[0], F_GETFD), -1);
	close(got[0]);
	close(got[1]);
	sent = fill();
	assert_false(notify_descriptors(&n, "FDSTORE=1", (int[]){ fd }, 1));
	/* There is room, but what waits goes first. */
	for (unsigned i = 0; i < sent; i++)
		(void)next(fd);
	assert_false(notify_descriptors(&n, "FDSTORE=1", (int[]){ fd }, 1));
	close_both(fd);
}

static void
nobody_is_told(void **state)
{
	static const char *const nobody[] = { "", "rubbish", "vsock:2:1234" };
	char path[200] = "/";

	(void)state;
	notify_open(&n, NULL);
	notify_send(&n, NOTIFY_STATE, 0, "READY=1");
	assert_int_equal(n.fd, -1);
	for (size_t i = 0; i < COUNT(nobody); i++) {
		notify_open(&n, nobody[i]);
		notify_send(&n, NOTIFY_STATE, 0, "READY=1");
		CHECK(n.fd == -1 && !n.failed, "%s", nobody[i]);
		CHECK(notify_step(&n, 0) == INT64_MAX, "%s", nobody[i]);
	}
	memset(path + 1, 'x', sizeof(path) - 2);
	notify_open(&n, path);
	notify_send(&n, NOTIFY_STATE, 0, "READY=1");
	assert_int_equal(n.fd, -1);
	assert_true(n.failed);
	assert_true(notify_descriptors(&n, "FDSTORE=1", (int[]){ 0 }, 1));
}

/* A name from outside cannot add a line to a message. */
static void
texts_are_cleaned(void **state)
{
	char text[] = "a\nMAINPID=1\r\x1b[\xc3\xa4 \x7f~";

	(void)state;
	assert_string_equal(notify_clean(text), "a?MAINPID=1??[?? ?~");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sends_lines),
		cmocka_unit_test(waits_for_room),
		cmocka_unit_test(last_status_counts),
		cmocka_unit_test(oldest_are_lost),
		cmocka_unit_test(descriptors_are_sent),
		cmocka_unit_test(nobody_is_told),
		cmocka_unit_test(texts_are_cleaned),
	};

	return cmocka_run_group_tests(tests, check_folder_make,
	    check_folder_remove);
}
