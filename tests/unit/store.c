/* SPDX-License-Identifier: ISC */
/* store: what the service manager is told to keep, and what not. */
#include "check.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/environment.h"
#include "daemon/listen/listener.h"
#include "daemon/listen/store.h"
#include "daemon/service/notify.h"

#define KEEP "FDSTORE=1\nFDNAME=" STORE_NAME "\nFDPOLL=0"
#define FORGET "FDSTOREREMOVE=1\nFDNAME=" STORE_NAME

static struct notify notify;
static struct store store;
static struct listener_set set, adopted;
static int manager = -1;

/* A manager that says that it stores this much (NULL: says nothing). */
static void
begin(const char *room)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char *argv[] = { (char *)(uintptr_t) "echod", NULL };
	char name[128];
	socklen_t len;

	if (manager != -1)
		close(manager);
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	snprintf(at.sun_path + 1, sizeof(at.sun_path) - 1, "echod-store-%ld",
	    (long)getpid());
	len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
	    strlen(at.sun_path + 1));
	assert_int_equal(bind(manager, (struct sockaddr *)&at, len), 0);
	snprintf(name, sizeof(name), "@%s", at.sun_path + 1);
	notify_open(&notify, name);
	if (room != NULL)
		assert_int_equal(setenv("FDSTORE", room, 1), 0);
	assert_int_equal(environment_take(argv), 0);
	adopted.count = set.count = 0;
}

static void
add(enum listener_origin origin, bool stored)
{
	set.item[set.count++] = (struct listener){ .fd = STDERR_FILENO,
		.origin = origin,
		.stored = stored };
}

/* The next message and how many descriptors it has; "": there is none. */
static unsigned
heard(char *text, size_t size)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(253 * sizeof(int))];
	} control;
	struct iovec to = { text, size - 1 };
	struct msghdr message = { .msg_iov = &to,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(manager, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	const struct cmsghdr *c = n == -1 ? NULL : CMSG_FIRSTHDR(&message);
	unsigned count = 0;

	text[n == -1 ? 0 : n] = '\0';
	if (c != NULL)
		count = (unsigned)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
	for (unsigned i = 0; i < count; i++) {
		int fd;

		memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
		close(fd);
	}
	return count;
}

static void
expect(const char *wanted, unsigned count)
{
	char text[256];
	unsigned n = heard(text, sizeof(text));

	assert_string_equal(text, wanted);
	assert_int_equal(n, count);
}

static void
step(void)
{
	store_renew(&store);
	assert_int_equal(store_step(&store, &notify, &set, 1000), INT64_MAX);
	/* That was all, until it is asked for again. */
	assert_int_equal(store_step(&store, &notify, &set, 1000), INT64_MAX);
}

static void
ours_are_stored(void **state)
{
	(void)state;
	begin("16");
	store_open(&store, &notify, &adopted);
	assert_true(store.certain);
	add(LISTENER_OWN, false);
	add(LISTENER_INHERITED, false);
	add(LISTENER_HANDED, false);
	step();
	expect(KEEP, 2);
	expect("", 0);
	assert_true(set.item[0].stored && set.item[2].stored);
	assert_false(set.item[1].stored);
	/* A reload that changes nothing says nothing; one more is said. */
	step();
	expect("", 0);
	add(LISTENER_OWN, false);
	step();
	expect(KEEP, 3);
	/* There is no way to remove a single one. */
	set.count--;
	step();
	expect(FORGET, 0);
	expect(KEEP, 2);
	/* What is certain is there for the next echod. */
	store_stop(&store, &notify, &set);
	expect("", 0);
	assert_true(set.item[0].stored);
}

static void
what_has_come_back_is_there(void **state)
{
	(void)state;
	begin(NULL);
	adopted.item[adopted.count++] =
	    (struct listener){ .origin = LISTENER_STORED, .stored = true };
	adopted.item[adopted.count++] = adopted.item[0];
	adopted.item[adopted.count++] = (struct listener){
		.origin = LISTENER_INHERITED
	};
	store_open(&store, &notify, &adopted);
	assert_true(store.certain);
	assert_int_equal(store.count, 2);
	/* One of the two is wanted: the other one has to go. */
	add(LISTENER_STORED, true);
	step();
	expect(FORGET, 0);
	expect(KEEP, 1);
}

static void
what_may_be_there_is_forgotten(void **state)
{
	(void)state;
	begin(NULL);
	store_open(&store, &notify, &adopted);
	assert_false(store.certain);
	add(LISTENER_OWN, false);
	step();
	expect(KEEP, 1);
	store_stop(&store, &notify, &set);
	expect(FORGET, 0);
	assert_false(set.item[0].stored);
}

static void
there_may_be_little_room(void **state)
{
	(void)state;
	begin("2");
	store_open(&store, &notify, &adopted);
	for (int i = 0; i < 4; i++)
		add(LISTENER_OWN, false);
	step();
	expect(KEEP, 2);
	assert_true(set.item[1].stored);
	assert_false(set.item[2].stored);
	/* Those that found no room are not tried again and again. */
	step();
	expect("", 0);
	/* Without anybody to ask there is none. */
	begin("16");
	notify_open(&notify, NULL);
	store_open(&store, &notify, &adopted);
	add(LISTENER_OWN, false);
	step();
	expect("", 0);
	assert_false(set.item[0].stored);
}

/* A manager that is busy is tried again. */
static void
there_may_be_no_room_for_a_message(void **state)
{
	unsigned n = 0;
	char text[256];

	(void)state;
	begin("16");
	store_open(&store, &notify, &adopted);
	add(LISTENER_OWN, false);
	while (notify_descriptors(&notify, "X=1", NULL, 0))
		assert_true(++n < 10000);
	store_renew(&store);
	assert_int_equal(store_step(&store, &notify, &set, 1000), 1200);
	assert_int_equal(store_step(&store, &notify, &set, 1100), 1200);
	assert_false(set.item[0].stored);
	while (n-- > 0)
		expect("X=1", 0);
	assert_int_equal(heard(text, sizeof(text)), 0);
	assert_int_equal(store_step(&store, &notify, &set, 1200), INT64_MAX);
	expect(KEEP, 1);
	assert_true(set.item[0].stored);
}

int
main(void)
{
	const struct CMUnitTest all[] = {
		cmocka_unit_test(ours_are_stored),
		cmocka_unit_test(what_has_come_back_is_there),
		cmocka_unit_test(what_may_be_there_is_forgotten),
		cmocka_unit_test(there_may_be_little_room),
		cmocka_unit_test(there_may_be_no_room_for_a_message),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
