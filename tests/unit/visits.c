/* SPDX-License-Identifier: ISC */
/* visits: no client stays longer than it may, and one gives way to another. */
#include "check.h"

#include <limits.h>

#include "reporter/visits.h"

static struct visits visits;

/* All places are taken, by clients that came at 0, 1, 2, ... ms. */
static void
fill(void)
{
	memset(&visits, 0, sizeof(visits));
	for (int i = 0; i < VISITS; i++) {
		struct visit *v = visits_enter(&visits, 100 + i, i);

		assert_non_null(v);
		assert_int_equal(v->fd, 100 + i);
	}
	assert_false(visits_have_room(&visits));
	assert_null(visits_enter(&visits, 99, 0));
}

static void
leave(struct visit *v)
{
	v->state = VISIT_NONE;
}

static void
the_oldest_gives_way(void **state)
{
	(void)state;
	fill();
	assert_int_equal(visits_oldest(&visits)->fd, 100);
	/* Those that wait for the master are about to be answered. */
	visit_wait(&visits.visit[0], REPLY_METRICS, 1, 20);
	assert_int_equal(visits_oldest(&visits)->fd, 101);
	visit_take(&visits.visit[0], 21);
	assert_int_equal(visits_oldest(&visits)->fd, 100);
	/* One at a time. */
	visits.visit[0].state = VISIT_DROPPED;
	assert_null(visits_oldest(&visits));
	leave(&visits.visit[0]);
	assert_true(visits_have_room(&visits));
	assert_int_equal(visits_oldest(&visits)->fd, 101);
	for (int i = 0; i < VISITS; i++)
		visit_wait(&visits.visit[i], REPLY_METRICS, 1, 30);
	assert_null(visits_oldest(&visits));
}

/* A client that goes on sending has no more time than one that does not. */
static void
each_step_has_its_time(void **state)
{
	struct visit *v;

	(void)state;
	memset(&visits, 0, sizeof(visits));
	assert_true(visits_deadline(&visits) == INT64_MAX);
	v = visits_enter(&visits, 3, 1000);
	assert_int_equal(visits_deadline(&visits), 1000 + VISITS_ASK_MS);
	assert_null(visits_late(&visits, 999 + VISITS_ASK_MS));
	assert_ptr_equal(visits_late(&visits, 1000 + VISITS_ASK_MS), v);
	visit_wait(v, REPLY_READY, 7, 2000);
	assert_int_equal(v->page, REPLY_READY);
	assert_int_equal(visits_deadline(&visits), 2000 + VISITS_WAIT_MS);
	assert_ptr_equal(visits_late(&visits, 2000 + VISITS_WAIT_MS), v);
	visit_take(v, 5000);
	assert_int_equal(visits_deadline(&visits), 5000 + VISITS_TAKE_MS);
	v->state = VISIT_DROPPED;
	assert_true(visits_deadline(&visits) == INT64_MAX);
	assert_null(visits_late(&visits, INT64_MAX));
}

/* An answer is for whoever came before its question was put. */
static void
answers_find_who_waits(void **state)
{
	struct visit *early, *late;

	(void)state;
	memset(&visits, 0, sizeof(visits));
	early = visits_enter(&visits, 3, 0);
	late = visits_enter(&visits, 4, 0);
	assert_false(visits_wait(&visits));
	visit_wait(early, REPLY_HEALTH, UINT_MAX, 0);
	visit_wait(late, REPLY_HEALTH, 0, 0);
	assert_true(visits_wait(&visits));
	assert_null(visits_waiting(&visits, UINT_MAX - 1));
	assert_ptr_equal(visits_waiting(&visits, UINT_MAX), early);
	visit_take(early, 0);
	assert_null(visits_waiting(&visits, UINT_MAX));
	/* The numbers begin anew. */
	assert_ptr_equal(visits_waiting(&visits, 0), late);
	visit_take(late, 0);
	assert_false(visits_wait(&visits));
}

int
main(void)
{
	const struct CMUnitTest all[] = {
		cmocka_unit_test(the_oldest_gives_way),
		cmocka_unit_test(each_step_has_its_time),
		cmocka_unit_test(answers_find_who_waits),
	};

	return cmocka_run_group_tests_name("visits", all, NULL, NULL);
}
