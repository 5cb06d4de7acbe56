/* SPDX-License-Identifier: ISC */
/* service: what the manager is told, and when. */
#include "check.h"

#include <sys/socket.h>
#include <sys/un.h>

#include "daemon/environment.h"
#include "daemon/service/service.h"

static struct service s;
static const struct service_facts quiet = { .generation = 3,
	.workers = 5,
	.busy = 2,
	.max = 256 };

/* A manager, and a service that is ready since clock_ms() 0. */
static int
open_both(void)
{
	static char *argv[] = { NULL };
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s",
	    check_path("manager"));
	(void)unlink(sun.sun_path);
	assert_int_equal(bind(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	setenv("NOTIFY_SOCKET", sun.sun_path, 1);
	assert_int_equal(environment_take(argv), 0);
	service_open(&s, -1, false, 0);
	assert_true(service_is_heard(&s));
	service_ready(&s, &quiet, 0);
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
	close(s.notify.fd);
}

static void
each_state_has_its_text(void **state)
{
	struct service_facts f = quiet;
	int fd = open_both();
	const char *message;

	(void)state;
	assert_string_equal(next(fd),
	    "READY=1\nSTATUS=generation 3, busy 2/256");
	service_reload_begins(&s, &f, 10);
	message = next(fd);
	assert_non_null(strstr(message, "RELOADING=1\nMONOTONIC_USEC="));
	assert_non_null(
	    strstr(message, "\nSTATUS=generation 3, busy 2/256, reloading"));
	/* A name from outside adds no line. */
	service_reload_ends(&s, "no: a\nMAINPID=1", &f, 20);
	assert_string_equal(next(fd),
	    "READY=1\nSTATUS=generation 3, busy 2/256; no: a?MAINPID=1");
	f.failing = f.lame_duck = true;
	errbuf_set(&s.watchdog.why, "self-probe failed");
	assert_true(service_step(&s, &f, 1020) == INT64_MAX);
	assert_string_equal(next(fd),
	    "STATUS=generation 3, busy 2/256, lame duck; no: a?MAINPID=1; "
	    "self-probe failed");
	service_reload_ends(&s, NULL, &quiet, 1030);
	assert_string_equal(next(fd),
	    "READY=1\nSTATUS=generation 3, busy 2/256");
	service_stops(&s, 0, &quiet, 1040);
	assert_string_equal(next(fd),
	    "STOPPING=1\nSTATUS=stopping, workers left 5");
	/* To be told again is no other stop. */
	service_stops(&s, 0, &quiet, 1050);
	assert_string_equal(next(fd), "");
	close_both(fd);
}

/* Not for each client, and once a second at most. */
static void
changes_are_told_once_a_second(void **state)
{
	struct service_facts f = quiet;
	int fd = open_both();

	(void)state;
	(void)next(fd);
	f.busy = 5;
	assert_true(service_step(&s, &f, 5000) == INT64_MAX);
	assert_string_equal(next(fd), "");
	f.workers = 6;
	assert_true(service_step(&s, &f, 5001) == INT64_MAX);
	assert_string_equal(next(fd), "STATUS=generation 3, busy 5/256");
	f.workers = 7;
	f.busy = 6;
	assert_int_equal(service_step(&s, &f, 5002), 6001);
	f.busy = 7;
	assert_int_equal(service_step(&s, &f, 6000), 6001);
	assert_string_equal(next(fd), "");
	assert_true(service_step(&s, &f, 6001) == INT64_MAX);
	assert_string_equal(next(fd), "STATUS=generation 3, busy 7/256");
	close_both(fd);
}

/* How many milliseconds the next message asks for, -1 if it does not. */
static int64_t
grant(int fd)
{
	static const char key[] = "EXTEND_TIMEOUT_USEC=";
	const char *message = next(fd);

	return strncmp(message, key, sizeof(key) - 1) != 0 ?
	    -1 :
	    strtoll(message + sizeof(key) - 1, NULL, 10) / 1000;
}

static void
stop_asks_for_time_within_its_bound(void **state)
{
	int fd = open_both();
	int64_t over = 100 + 30000 + SERVICE_STOP_MS, ms = 100;

	(void)state;
	(void)next(fd);
	service_stops(&s, 30000, &quiet, ms);
	(void)next(fd);
	for (; ms < over; ms += 1000) {
		assert_int_equal(service_step(&s, &quiet, ms), ms + 1000);
		assert_int_equal(grant(fd), over - ms);
		/* Not at each event. */
		(void)service_step(&s, &quiet, ms + 1);
		assert_int_equal(grant(fd), -1);
	}
	assert_true(service_step(&s, &quiet, over) == INT64_MAX);
	assert_int_equal(grant(fd), -1);
	close_both(fd);

	/* A bound that comes nearer, and none. */
	fd = open_both();
	(void)next(fd);
	service_stops(&s, INT64_MAX, &quiet, 0);
	(void)next(fd);
	(void)service_step(&s, &quiet, 0);
	assert_int_equal(grant(fd), 10000);
	(void)service_step(&s, &quiet, 1000000);
	assert_int_equal(grant(fd), 10000);
	service_stops(&s, 0, &quiet, 1000500);
	(void)service_step(&s, &quiet, 1000500);
	assert_int_equal(grant(fd), SERVICE_STOP_MS);
	close_both(fd);
}

/* A start or a reload, with many workers. */
static void
what_takes_long_asks_for_time(void **state)
{
	const struct service_facts none = { .workers = 7 };
	int fd = open_both();
	int64_t ms;

	(void)state;
	(void)next(fd);
	service_reload_begins(&s, &quiet, 1000);
	(void)next(fd);
	assert_int_equal(service_step(&s, &quiet, 1001), 2000);
	assert_int_equal(grant(fd), -1);
	assert_int_equal(service_step(&s, &quiet, 2000), 3000);
	assert_int_equal(grant(fd), 10000);
	service_reload_ends(&s, NULL, &quiet, 2001);
	(void)next(fd);
	assert_true(service_step(&s, &quiet, 9000) == INT64_MAX);
	assert_int_equal(grant(fd), -1);

	close(s.notify.fd);
	setenv("NOTIFY_SOCKET", check_path("manager"), 1);
	assert_int_equal(environment_take((char *[]){ NULL }), 0);
	service_open(&s, -1, false, 0);
	ms = s.extend_ms;
	assert_int_equal(service_step(&s, &none, ms - 1), ms);
	assert_string_equal(next(fd), "");
	assert_int_equal(service_step(&s, &none, ms), ms + 1000);
	assert_int_equal(grant(fd), 10000);
	/* How it is, is of no interest yet. */
	assert_string_equal(next(fd), "");
	service_failed(&s, "no", ms);
	(void)next(fd);
	assert_true(service_step(&s, &none, ms + 9000) == INT64_MAX);
	assert_string_equal(next(fd), "");
	close_both(fd);
}

static void
start_that_fails_says_why(void **state)
{
	int fd = open_both();

	(void)state;
	(void)next(fd);
	service_failed(&s, "/etc/echod.conf:1: no", 0);
	assert_string_equal(next(fd),
	    "STOPPING=1\nSTATUS=start failed: /etc/echod.conf:1: no");
	close_both(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_state_has_its_text),
		cmocka_unit_test(changes_are_told_once_a_second),
		cmocka_unit_test(stop_asks_for_time_within_its_bound),
		cmocka_unit_test(what_takes_long_asks_for_time),
		cmocka_unit_test(start_that_fails_says_why),
	};

	return cmocka_run_group_tests(tests, check_folder_make,
	    check_folder_remove);
}
