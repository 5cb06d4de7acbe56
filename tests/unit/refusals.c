/* SPDX-License-Identifier: ISC */
/* refusals: all are counted, and one line a second sums them up. */
#include "check.h"
#include "lines.h"

#include <inttypes.h>

#include "common/addr.h"
#include "common/errbuf.h"
#include "daemon/log/log.h"
#include "daemon/log/refusals.h"

static int
open_all(void **state)
{
	struct errbuf err;

	(void)state;
	if (refusals_tell(1, true) != INT64_MAX ||
	    refusals_total(REFUSAL_ACCESS) != 0)
		return -1;
	return lines_open(&err) == -1 || refusals_open(&err) == -1 ? -1 : 0;
}

static bool
refuse(enum refusal why, uint16_t port, int64_t now_ms)
{
	struct addr peer;

	addr_from_literal(&peer, "192.0.2.1", port);
	return refusals_add(why, &peer, now_ms);
}

static void
sums_up(void **state)
{
	(void)state;
	/* The first one at once. */
	assert_false(refuse(REFUSAL_ACCESS, 1, 10000));
	assert_string_equal(lines_next(),
	    "6refused reason=access connections=1 peer=192.0.2.1:1");
	/* One of those that come too soon has the master woken. */
	assert_true(refuse(REFUSAL_ACCESS, 2, 10001));
	assert_false(refuse(REFUSAL_ACCESS, 3, 10002));
	assert_string_equal(lines_next(), "");
	assert_int_equal(refusals_tell(10003, false), 11000);
	assert_string_equal(lines_next(), "");
	assert_int_equal(refusals_tell(11000, false), INT64_MAX);
	assert_string_equal(lines_next(),
	    "6refused reason=access connections=2 peer=192.0.2.1:3");
	/* Or a worker comes first. */
	assert_true(refuse(REFUSAL_ACCESS, 4, 11500));
	assert_false(refuse(REFUSAL_ACCESS, 5, 12000));
	assert_string_equal(lines_next(),
	    "6refused reason=access connections=2 peer=192.0.2.1:5");
	assert_int_equal(refusals_tell(12001, false), INT64_MAX);
	/* Each reason has its own. */
	assert_false(refuse(REFUSAL_MAX_PER_SOURCE, 6, 12001));
	assert_false(refuse(REFUSAL_RATE_PER_SOURCE, 7, 12001));
	assert_string_equal(lines_next(),
	    "4refused reason=max_per_source connections=1 peer=192.0.2.1:6");
	assert_string_equal(lines_next(),
	    "4refused reason=rate_per_source connections=1 peer=192.0.2.1:7");
	/* At the end nothing is kept back. */
	assert_true(refuse(REFUSAL_MAX_PER_SOURCE, 8, 12002));
	assert_true(refuse(REFUSAL_ACCESS, 9, 12002));
	(void)refusals_tell(12003, true);
	assert_string_equal(lines_next(),
	    "6refused reason=access connections=1 peer=192.0.2.1:9");
	assert_string_equal(lines_next(),
	    "4refused reason=max_per_source connections=1 peer=192.0.2.1:8");
	assert_string_equal(lines_next(), "");
	assert_int_equal(refusals_total(REFUSAL_ACCESS), 6);
	assert_int_equal(refusals_total(REFUSAL_MAX_PER_SOURCE), 2);
	assert_int_equal(refusals_total(REFUSAL_RATE_PER_SOURCE), 1);
}

/* What no level wants wakes nobody. */
static void
below_the_level(void **state)
{
	(void)state;
	log_limit(LEVEL_NOTICE);
	assert_false(refuse(REFUSAL_ACCESS, 1, 50000));
	assert_false(refuse(REFUSAL_ACCESS, 2, 50000));
	assert_false(refuse(REFUSAL_ACCESS, 3, 50000));
	assert_int_equal(refusals_tell(60000, false), INT64_MAX);
	assert_string_equal(lines_next(), "");
	assert_int_equal(refusals_total(REFUSAL_ACCESS), 9);
	log_limit(LEVEL_INFO);
}

/* Many workers at once: the sum is right, and each peer is a whole one. */
static void
of_many_workers(void **state)
{
	enum { WORKERS = 6, TURNS = 3000 };
	static const char *const peers[] = { "192.0.2.1", "2001:db8::1",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe" };
	uint64_t sum = 0;
	pid_t pid[WORKERS];
	const char *line;

	(void)state;
	for (unsigned k = 0; k < WORKERS; k++)
		if ((pid[k] = fork()) == 0) {
			struct addr peer;

			addr_from_literal(&peer, peers[k % COUNT(peers)], 7);
			for (unsigned i = 0; i < TURNS; i++)
				(void)refusals_add(REFUSAL_RATE_PER_SOURCE,
				    &peer, 100000 + i);
			_exit(0);
		}
	for (unsigned i = 0; i < 100; i++)
		(void)refusals_tell(100000 + i * 100, false);
	for (unsigned k = 0; k < WORKERS; k++)
		assert_int_equal(check_wait(pid[k]), 0);
	(void)refusals_tell(200000, true);
	while (*(line = lines_next()) != '\0') {
		const char *peer = strstr(line, " peer=");
		bool known = false;
		uint64_t n;

		assert_int_equal(sscanf(line,
				     "4refused reason=rate_per_source "
				     "connections=%" SCNu64,
				     &n),
		    1);
		sum += n;
		for (size_t i = 0; i < COUNT(peers); i++)
			known |= strstr(peer, peers[i]) != NULL;
		CHECK(known || strcmp(peer, " peer=unknown") == 0, "%s", line);
	}
	assert_int_equal(sum, WORKERS * TURNS);
}

int
main(void)
{
	const struct CMUnitTest refusals[] = {
		cmocka_unit_test(sums_up),
		cmocka_unit_test(below_the_level),
		cmocka_unit_test(of_many_workers),
	};

	return cmocka_run_group_tests(refusals, open_all, lines_close);
}
