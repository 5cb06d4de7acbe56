/* SPDX-License-Identifier: ISC */
/* handover: what crosses from one master to the next, whatever their versions. */
#include "check.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>

#include "common/errbuf.h"
#include "daemon/link.h"
#include "daemon/upgrade/handover.h"
#include "snapshot/snapshot.h"

static unsigned
open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n;
}

/* A socket that listens at a port of the loopback which the kernel chooses. */
static struct listener
listener(enum listener_origin origin, const char *name)
{
	struct listener l = { .origin = origin, .listed = true };

	assert_int_equal(addr_from_literal(&l.wanted, "127.0.0.1", 0), 0);
	l.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_not_equal(l.fd, -1);
	assert_int_equal(bind(l.fd, &l.wanted.sa, l.wanted.len), 0);
	assert_int_equal(listen(l.fd, 1), 0);
	snprintf(l.name, sizeof(l.name), "%s", name);
	return l;
}

static ino_t
inode(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return st.st_ino;
}

static void
end_pair(int fd[2])
{
	close(fd[0]);
	close(fd[1]);
}

/* All of it, as it was. */
static void
crosses_whole(void **state)
{
	static struct handover gave = { .version = "9.9.9" }, got;
	const struct listener *l = got.listeners.item;
	struct errbuf err;
	int fd[2];

	(void)state;
	gave.pid = 4711;
	gave.pidfile = open("/dev/null", O_RDONLY | O_CLOEXEC);
	gave.listeners.item[0] = listener(LISTENER_OWN, "");
	gave.listeners.item[1] = listener(LISTENER_INHERITED, "a name=of two");
	gave.listeners.item[1].listed = false;
	gave.listeners.item[1].stored = true;
	gave.listeners.count = 2;
	gave.endpoints.item[0].fd = listener(LISTENER_OWN, "").fd;
	(void)addr_from_literal(&gave.endpoints.item[0].wanted, "127.0.0.1", 0);
	gave.endpoints.count = 1;
	assert_int_equal(link_open(fd), 0);
	assert_int_equal(handover_give(fd[0], &gave), 0);
	assert_int_equal(handover_take(fd[1], &got, &err), 0);

	assert_string_equal(got.version, "9.9.9");
	assert_int_equal(got.pid, 4711);
	assert_int_equal(inode(got.pidfile), inode(gave.pidfile));
	assert_int_equal(got.listeners.count, 2);
	assert_int_equal(inode(l[0].fd), inode(gave.listeners.item[0].fd));
	assert_int_equal(l[0].origin, LISTENER_HANDED);
	assert_true(l[0].served && l[0].listed && !l[0].stored);
	assert_int_equal(addr_port(&l[0].wanted), 0);
	assert_int_not_equal(addr_port(&l[0].bound), 0);
	assert_string_equal(l[0].name, "");
	assert_true(fcntl(l[0].fd, F_GETFD) & FD_CLOEXEC);
	assert_true(fcntl(l[0].fd, F_GETFL) & O_NONBLOCK);
	assert_int_equal(l[1].origin, LISTENER_INHERITED);
	assert_true(l[1].served && !l[1].listed && l[1].stored);
	assert_string_equal(l[1].name, "a name=of two");
	assert_int_equal(got.endpoints.count, 1);
	assert_int_equal(inode(got.endpoints.item[0].fd),
	    inode(gave.endpoints.item[0].fd));
	assert_false(got.endpoints.item[0].adopted);
	end_pair(fd);
}

/* As many as a configuration can have, without a reader. */
static void
waits_in_the_link(void **state)
{
	static struct handover gave = { .pidfile = -1 }, got;
	const struct listener one = listener(LISTENER_OWN, "");
	struct errbuf err;
	int fd[2];

	(void)state;
	for (unsigned i = 0; i < CONFIG_ADDRESSES; i++)
		gave.listeners.item[i] = one;
	gave.listeners.count = CONFIG_ADDRESSES;
	assert_int_equal(link_open(fd), 0);
	assert_int_equal(handover_give(fd[0], &gave), 0);
	assert_int_equal(handover_take(fd[1], &got, &err), 0);
	assert_int_equal(got.listeners.count, CONFIG_ADDRESSES);
	assert_int_equal(got.pidfile, -1);
	for (unsigned i = 0; i < got.listeners.count; i++)
		close(got.listeners.item[i].fd);
	close(one.fd);
	end_pair(fd);
}

/* Say a line with a descriptor, as any version might. */
static void
say_with(int link, const char *line, int fd)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr aligned;
	} control = { .bytes = "" };
	struct iovec iov = { .iov_base = (char *)line,
		.iov_len = strlen(line) };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	assert_int_equal(sendmsg(link, &msg, 0), (ssize_t)strlen(line));
}

/* What a later version may say besides, and a listener that is none. */
static void
passes_over_what_it_does_not_know(void **state)
{
	static struct handover got;
	const struct listener one = listener(LISTENER_OWN, "");
	unsigned before;
	struct errbuf err;
	int fd[2];

	(void)state;
	assert_int_equal(link_open(fd), 0);
	before = open_descriptors();
	assert_int_equal(handover_say(fd[0],
			     "echod 1 version=99 colour=red pid=7"),
	    0);
	assert_int_equal(handover_say(fd[0], "weather sun=1"), 0);
	say_with(fd[0], "teapot", one.fd);
	say_with(fd[0], "listener wanted=127.0.0.1:0", fd[0]);
	assert_int_equal(handover_say(fd[0], "listener wanted=127.0.0.1:1"), 0);
	say_with(fd[0], "listener origin=moon wanted=nonsense smell=none",
	    one.fd);
	assert_int_equal(handover_say(fd[0], "end of=it"), 0);
	assert_int_equal(handover_take(fd[1], &got, &err), 0);
	assert_string_equal(got.version, "99");
	assert_int_equal(got.pid, 7);
	assert_int_equal(got.listeners.count, 1);
	assert_int_equal(got.listeners.item[0].origin, LISTENER_HANDED);
	assert_true(addr_equal(&got.listeners.item[0].wanted,
	    &got.listeners.item[0].bound));
	assert_int_equal(open_descriptors(), before + 1);
	close(got.listeners.item[0].fd);
	close(one.fd);
	end_pair(fd);
}

/* The reason of a handover that is not taken. */
static const char *
refused(const char *const lines[], size_t n)
{
	static struct handover got;
	static struct errbuf err;
	int fd[2];

	assert_int_equal(link_open(fd), 0);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(handover_say(fd[0], "%s", lines[i]), 0);
	assert_int_equal(handover_take(fd[1], &got, &err), -1);
	end_pair(fd);
	return err.text;
}

static void
refuses_what_it_cannot_take(void **state)
{
	const char *const other[] = { "echod 2 version=99", "end" };
	const char *const half[] = { "echod 1 version=99" };
	const char *const no_echod[] = { "hello" };

	(void)state;
	CHECK(strstr(refused(other, 2), "\"echod 2 version=99\"") != NULL, "%s",
	    refused(other, 2));
	CHECK(strstr(refused(half, 1), "not hand over all") != NULL, "%s",
	    refused(half, 1));
	CHECK(strstr(refused(no_echod, 1), "names no connection") != NULL, "%s",
	    refused(no_echod, 1));
	CHECK(strstr(refused(NULL, 0), "names no connection") != NULL, "%s",
	    refused(NULL, 0));
}

/* The last words of a new master that has not read all of it. */
static void
last_words_are_heard(void **state)
{
	char line[HANDOVER_RECORD];
	int fd[2];

	(void)state;
	assert_int_equal(link_open(fd), 0);
	assert_int_equal(handover_hear(fd[0], line), 0);
	assert_int_equal(handover_say(fd[0], "unread"), 0);
	assert_int_equal(handover_say(fd[1], "failed 71 %s", "why"), 0);
	close(fd[1]);
	assert_int_equal(handover_hear(fd[0], line), 1);
	assert_string_equal(line, "failed 71 why");
	assert_int_equal(handover_hear(fd[0], line), -1);
	close(fd[0]);
}

static void
counts_cross_as_text(void **state)
{
	static struct snapshot gave, got;
	char line[HANDOVER_RECORD];
	unsigned before;
	bool counted;
	int fd[2], null;

	(void)state;
	gave.connections.accepted = UINT64_C(1) << 60;
	gave.service.first_started_at = 17;
	assert_int_equal(link_open(fd), 0);
	before = open_descriptors();
	assert_int_equal(handover_say_snapshot(fd[0], &gave), 0);
	assert_int_equal(handover_listen(fd[1], line, &got, &counted), 1);
	assert_true(counted);
	assert_true(got.connections.accepted == gave.connections.accepted);
	assert_true(got.service.first_started_at == 17);
	assert_int_equal(open_descriptors(), before);

	/* What is none, and other words, change nothing. */
	null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	say_with(fd[0], "snapshot", null);
	close(null);
	assert_int_equal(handover_listen(fd[1], line, &got, &counted), 1);
	assert_false(counted);
	assert_int_equal(handover_say(fd[0], "take"), 0);
	assert_int_equal(handover_listen(fd[1], line, &got, &counted), 1);
	assert_false(counted);
	assert_string_equal(line, "take");
	assert_true(got.connections.accepted == gave.connections.accepted);
	assert_int_equal(open_descriptors(), before);
	end_pair(fd);
}

static void
values_of_a_line(void **state)
{
	static const struct {
		const char *line, *key, *value;
	} rows[] = {
		{ "ready version=1.0 pid=7", "version", "1.0" },
		{ "ready version=1.0 pid=7", "pid", "7" },
		{ "ready version=1.0", "pid", "" },
		{ "ready xpid=3 pid=7", "pid", "7" },
		{ "pid=7", "pid", "" },
		{ "ready pid= next=1", "pid", "" },
		{ "", "pid", "" },
		{ "ready version=a-very-long-one", "version", "a-very-" },
	};
	char value[8];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		handover_value(rows[i].line, rows[i].key, value, sizeof(value));
		CHECK(strcmp(value, rows[i].value) == 0, "%s: \"%s\"",
		    rows[i].line, value);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crosses_whole),
		cmocka_unit_test(waits_in_the_link),
		cmocka_unit_test(passes_over_what_it_does_not_know),
		cmocka_unit_test(refuses_what_it_cannot_take),
		cmocka_unit_test(last_words_are_heard),
		cmocka_unit_test(counts_cross_as_text),
		cmocka_unit_test(values_of_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
