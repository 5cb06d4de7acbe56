/* SPDX-License-Identifier: ISC */
/* reply: each path has its page, and each page says how the service is. */
#include "check.h"

#include "reporter/reply.h"
#include "snapshot/snapshot.h"

static struct snapshot snapshot;

static void
make(struct reply *reply, const char *path, const struct snapshot *s)
{
	reply_make(reply, reply_page(path), s);
	CHECK(reply->body != NULL, "%s", path);
	CHECK(reply->length == strlen(reply->body), "%s", path);
}

static void
paths(void **state)
{
	(void)state;
	assert_int_equal(reply_page("/"), REPLY_OVERVIEW);
	assert_int_equal(reply_page("/metrics"), REPLY_METRICS);
	assert_int_equal(reply_page("/healthz"), REPLY_HEALTH);
	assert_int_equal(reply_page("/readyz"), REPLY_READY);
	assert_int_equal(reply_page("/status"), REPLY_STATUS);
	assert_int_equal(reply_page(""), REPLY_NO_PAGE);
	assert_int_equal(reply_page("/metrics/"), REPLY_NO_PAGE);
	assert_int_equal(reply_page("/METRICS"), REPLY_NO_PAGE);
}

static void
types(void **state)
{
	static const char *const rows[][2] = {
		{ "/", "text/html; charset=utf-8" },
		{ "/metrics", "text/plain; version=0.0.4; charset=utf-8" },
		{ "/healthz", "text/plain; charset=utf-8" },
		{ "/readyz", "text/plain; charset=utf-8" },
		{ "/status", "application/json" },
	};
	struct reply reply;

	(void)state;
	snapshot.service.state = SNAPSHOT_SERVING;
	for (size_t i = 0; i < COUNT(rows); i++) {
		make(&reply, rows[i][0], &snapshot);
		CHECK_TEXT(reply.type, rows[i][1], "%s", rows[i][0]);
		CHECK(reply.status == 200, "%s", rows[i][0]);
		free(reply.body);
	}
}

static void
readiness(void **state)
{
	static const unsigned status[SNAPSHOT_STATES] = {
		[SNAPSHOT_STARTING] = 503,
		[SNAPSHOT_SERVING] = 200,
		[SNAPSHOT_RELOADING] = 200,
		[SNAPSHOT_LAME_DUCK] = 503,
		[SNAPSHOT_STOPPING] = 503,
	};
	struct reply reply;

	(void)state;
	for (unsigned i = 0; i < SNAPSHOT_STATES; i++) {
		snapshot.service.state = i;
		make(&reply, "/readyz", &snapshot);
		CHECK(reply.status == status[i], "%s", reply.body);
		CHECK(strncmp(reply.body, snapshot_state_name[i],
			  strlen(snapshot_state_name[i])) == 0,
		    "%s", reply.body);
		free(reply.body);
		make(&reply, "/healthz", &snapshot);
		CHECK(reply.status == 200, "%s", snapshot_state_name[i]);
		free(reply.body);
	}
}

static void
a_silent_master(void **state)
{
	struct reply reply;

	(void)state;
	for (unsigned page = 0; page < REPLY_PAGES; page++) {
		reply_make(&reply, (enum reply_page)page, NULL);
		CHECK(reply.status == 503, "page %u", page);
		CHECK_TEXT(reply.body, "echod does not answer\n", "page %u",
		    page);
		CHECK_TEXT(reply.type, "text/plain; charset=utf-8", "page %u",
		    page);
		free(reply.body);
	}
}

int
main(void)
{
	const struct CMUnitTest all[] = {
		cmocka_unit_test(paths),
		cmocka_unit_test(types),
		cmocka_unit_test(readiness),
		cmocka_unit_test(a_silent_master),
	};

	return cmocka_run_group_tests_name("reply", all, NULL, NULL);
}
