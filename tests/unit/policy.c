/* SPDX-License-Identifier: ISC */
/* policy: the corner cases of how many workers there should be, and when. */
#include "check.h"

#include <inttypes.h>
#include <limits.h>

#include "daemon/pool/policy.h"

static const struct policy_limits defaults = { 5, 10, 256 };
static const struct policy_limits tight = { 1, 1, 1 };
static const struct policy_limits small = { 2, 3, 8 };

static void
plans(void **state)
{
	static const struct {
		const char *what;
		const struct policy_limits *limits;
		struct policy_view view; /* starting idle busy waiting room */
		bool was_full;
		struct policy_plan plan; /* in its order */
	} rows[] = {
		{ "nobody yet", &defaults, { 0, 0, 0, 0, 512 }, false,
		    { 5, 0, false, false, 5, 10 } },
		{ "all getting ready", &defaults, { 5, 0, 0, 0, 507 }, false,
		    { 0, 0, false, false, 5, 10 } },
		{ "at rest", &defaults, { 0, 5, 0, 0, 507 }, false,
		    { 0, 0, false, false, 5, 10 } },
		{ "one busy", &defaults, { 0, 4, 1, 0, 507 }, false,
		    { 1, 0, false, false, 5, 10 } },
		{ "starting ones are spare", &defaults, { 1, 4, 1, 0, 506 },
		    false, { 0, 0, false, false, 5, 10 } },
		{ "a burst of 200", &defaults, { 0, 0, 5, 195, 507 }, false,
		    { 200, 0, false, false, 5, 10 } },
		{ "a burst above max", &defaults, { 0, 0, 5, 1000, 507 }, false,
		    { 251, 0, false, false, 1, 10 } },
		{ "idle, and as many waiting", &defaults, { 0, 5, 0, 5, 507 },
		    false, { 5, 0, false, false, 5, 10 } },
		{ "max_spare is not too many", &defaults, { 0, 10, 3, 0, 499 },
		    false, { 0, 0, false, false, 5, 10 } },
		{ "one too many", &defaults, { 0, 11, 0, 0, 501 }, false,
		    { 0, 1, true, false, 5, UINT_MAX } },
		{ "four too many", &defaults, { 0, 14, 0, 0, 498 }, false,
		    { 0, 1, true, false, 5, UINT_MAX } },
		{ "five too many", &defaults, { 0, 15, 0, 0, 497 }, false,
		    { 0, 2, true, false, 5, UINT_MAX } },
		{ "200 idle", &defaults, { 0, 200, 0, 0, 312 }, false,
		    { 0, 48, true, false, 5, UINT_MAX } },
		{ "too many, but wanted at once", &defaults,
		    { 0, 200, 0, 1, 312 }, false,
		    { 0, 0, true, false, 5, UINT_MAX } },
		{ "starting ones are not retired", &defaults,
		    { 20, 5, 0, 0, 487 }, false,
		    { 0, 0, false, false, 5, 10 } },
		{ "one below max", &defaults, { 0, 0, 255, 50, 257 }, false,
		    { 1, 0, false, false, 1, 10 } },
		{ "all busy", &defaults, { 0, 0, 256, 50, 256 }, false,
		    { 0, 0, false, true, 0, 4 } },
		{ "all busy, nobody waits", &defaults, { 0, 0, 256, 0, 256 },
		    false, { 0, 0, false, true, 0, 4 } },
		{ "at max with one idle", &defaults, { 0, 1, 255, 0, 256 },
		    false, { 0, 0, false, false, 1, 10 } },
		{ "one came back: still the same episode", &defaults,
		    { 0, 1, 255, 0, 256 }, true, { 0, 0, false, true, 0, 4 } },
		{ "four came back", &defaults, { 0, 4, 252, 0, 256 }, true,
		    { 0, 0, false, true, 0, 4 } },
		{ "enough came back", &defaults, { 0, 5, 251, 0, 256 }, true,
		    { 0, 0, false, false, 1, 10 } },
		{ "one died: no longer at max", &defaults,
		    { 0, 0, 255, 0, 257 }, true, { 1, 0, false, true, 0, 4 } },
		{ "the limit was lowered", &small, { 0, 3, 20, 5, 0 }, false,
		    { 0, 0, false, false, 1, 3 } },
		{ "lowered, and all busy", &small, { 0, 0, 20, 5, 0 }, false,
		    { 0, 0, false, true, 0, 1 } },
		{ "no room beside those who leave", &defaults,
		    { 0, 0, 5, 100, 0 }, false, { 0, 0, false, false, 5, 10 } },
		{ "a little room", &defaults, { 0, 0, 5, 100, 3 }, false,
		    { 3, 0, false, false, 5, 10 } },
		{ "one worker", &tight, { 0, 0, 0, 0, 2 }, false,
		    { 1, 0, false, false, 1, 1 } },
		{ "one worker, idle", &tight, { 0, 1, 0, 0, 1 }, false,
		    { 0, 0, false, false, 1, 1 } },
		{ "one worker, busy", &tight, { 0, 0, 1, 9, 1 }, false,
		    { 0, 0, false, true, 0, 0 } },
		{ "one worker, back", &tight, { 0, 1, 0, 9, 1 }, true,
		    { 0, 0, false, false, 1, 1 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct policy_plan plan = policy_plan(&rows[i].view,
		    rows[i].limits, rows[i].was_full);

		CHECK(plan.spawn == rows[i].plan.spawn, "%s: %u", rows[i].what,
		    plan.spawn);
		CHECK(plan.retire == rows[i].plan.retire, "%s: %u",
		    rows[i].what, plan.retire);
		CHECK(plan.excess == rows[i].plan.excess, "%s", rows[i].what);
		CHECK(plan.full == rows[i].plan.full, "%s", rows[i].what);
		CHECK(plan.wake_below == rows[i].plan.wake_below, "%s: %u",
		    rows[i].what, plan.wake_below);
		CHECK(plan.wake_above == rows[i].plan.wake_above, "%s: %u",
		    rows[i].what, plan.wake_above);
	}
}

#define SHOW                                                                   \
	"starting %u idle %u busy %u waiting %u room %u, min_spare %u "        \
	"max_spare %u max %u, was_full %d",                                    \
	    v->starting, v->idle, v->busy, v->waiting, v->room, l->min_spare,  \
	    l->max_spare, l->max, was_full

static void
check_plan(const struct policy_view *v, const struct policy_limits *l,
    bool was_full)
{
	struct policy_plan plan = policy_plan(v, l, was_full);
	unsigned spare = v->starting + v->idle;
	unsigned total = spare + v->busy;
	unsigned after = spare + plan.spawn;

	/* Bounds. */
	CHECK(plan.spawn == 0 || total + plan.spawn <= l->max, SHOW);
	CHECK(plan.spawn <= v->room, SHOW);
	CHECK(plan.spawn == 0 || plan.retire == 0, SHOW);
	CHECK(plan.retire == 0 || v->idle - plan.retire >= l->max_spare, SHOW);
	CHECK(plan.retire == 0 || v->waiting == 0, SHOW);
	CHECK(plan.spawn == 0 || spare < l->min_spare + v->waiting, SHOW);
	/* All that is needed and possible, at once and not more. */
	CHECK(after == l->min_spare + v->waiting || plan.spawn == v->room ||
		total + plan.spawn >= l->max || plan.spawn == 0,
	    SHOW);
	CHECK(after >= l->min_spare + v->waiting || plan.spawn == v->room ||
		total + plan.spawn >= l->max,
	    SHOW);
	/* An excess is always worked off, or will be. */
	CHECK(plan.excess == (v->idle > l->max_spare), SHOW);
	CHECK(plan.retire > 0 || v->idle <= l->max_spare || v->waiting > 0 ||
		plan.spawn > 0,
	    SHOW);
	/* Full means full. */
	CHECK(!plan.full || total + plan.spawn >= l->max, SHOW);
	CHECK(!plan.full || after < l->min_spare, SHOW);
	CHECK(plan.full || total + plan.spawn < l->max || after > 0, SHOW);
	/* No number of idle workers wakes the master at both ends. */
	CHECK(plan.wake_above == UINT_MAX ||
		plan.wake_below <= plan.wake_above + 1,
	    SHOW);
	/* Who works at the plan is woken when there is something to do. */
	CHECK(plan.full || total + plan.spawn >= l->max ||
		plan.wake_below == l->min_spare,
	    SHOW);
	CHECK(plan.full || plan.wake_below > 0, SHOW);
	CHECK(plan.full || plan.excess || plan.wake_above == l->max_spare,
	    SHOW);
	CHECK(!plan.full || plan.wake_above < l->min_spare, SHOW);
	/* When what was asked for is there, nobody rings for nothing. */
	CHECK(plan.full || plan.retire > 0 || v->waiting > 0 ||
		after >= plan.wake_below || v->room == plan.spawn,
	    SHOW);
}

/* Every view of a small grid, with these limits. */
static unsigned
check_views(const struct policy_limits *l)
{
	unsigned starting = 4, idle = l->max + 3, busy = l->max + 2;
	unsigned waiting = 5, room = 5;
	unsigned all = starting * idle * busy * waiting * room;

	for (unsigned i = 0; i < all; i++) {
		unsigned rest = i;
		struct policy_view v;

		v.starting = rest % starting;
		rest /= starting;
		v.idle = rest % idle;
		rest /= idle;
		v.busy = rest % busy;
		rest /= busy;
		v.waiting = rest % waiting;
		v.room = rest / waiting * 2;
		check_plan(&v, l, false);
		check_plan(&v, l, true);
	}
	return all;
}

static void
invariants(void **state)
{
	unsigned checked = 0;

	(void)state;
	for (unsigned max = 1; max <= 6; max++)
		for (unsigned high = 1; high <= max; high++)
			for (unsigned low = 1; low <= high; low++) {
				struct policy_limits l = { low, high, max };

				checked += check_views(&l);
			}
	assert_true(checked > 100000);
}

/* Left alone, a pool comes to rest between min_spare and max_spare. */
static void
converges(void **state)
{
	static const struct policy_limits all[] = { { 5, 10, 256 }, { 1, 1, 1 },
		{ 1, 1, 50 }, { 2, 3, 8 }, { 10, 10, 20 }, { 1, 256, 256 },
		{ 100, 200, 20000 } };

	(void)state;
	for (size_t i = 0; i < COUNT(all); i++)
		for (unsigned idle = 0; idle <= all[i].max; idle++) {
			const struct policy_limits *l = &all[i];
			struct policy_view view = { 0, idle, 0, 0, 2 * l->max };
			struct policy_plan plan = { .spawn = 1 };
			bool was_full = false;
			unsigned rounds = 0;

			while (plan.spawn > 0 || plan.retire > 0) {
				plan = policy_plan(&view, l, was_full);
				was_full = plan.full;
				view.idle += plan.spawn - plan.retire;
				CHECK(++rounds < 100, "%zu: from %u", i, idle);
			}
			CHECK(view.idle >= l->min_spare &&
				view.idle <= l->max_spare,
			    "%zu: from %u to %u", i, idle, view.idle);
			CHECK(view.idle >= plan.wake_below &&
				view.idle <= plan.wake_above,
			    "%zu: from %u to %u", i, idle, view.idle);
			if (l->max > 256 && idle > 300)
				idle += 97;
		}
}

/* Steady load with one client coming as one goes: no forks, no goodbyes. */
static void
does_not_oscillate(void **state)
{
	struct policy_view view = { 0, 5, 0, 0, 512 };
	unsigned forks = 0, goodbyes = 0;
	bool was_full = false;

	(void)state;
	for (int round = 0; round < 1000; round++) {
		struct policy_plan plan;

		if (round % 2 == 0) {
			view.busy++;
			view.idle--;
		} else {
			view.busy--;
			view.idle++;
		}
		plan = policy_plan(&view, &defaults, was_full);
		was_full = plan.full;
		forks += plan.spawn;
		goodbyes += plan.retire;
		view.idle += plan.spawn - plan.retire;
	}
	assert_int_equal(forks, 1);
	assert_int_equal(goodbyes, 0);
}

/* One episode of being full while the pool hangs at its edge. */
static void
full_has_hysteresis(void **state)
{
	struct policy_view view = { 0, 0, 256, 10, 256 };
	bool full = false;
	unsigned episodes = 0;

	(void)state;
	for (int round = 0; round < 100; round++) {
		bool now;

		/* Up to four are idle for a moment, and busy again. */
		view.idle = (unsigned)round % 5;
		view.busy = 256 - view.idle;
		now = policy_plan(&view, &defaults, full).full;
		episodes += now && !full;
		full = now;
	}
	assert_int_equal(episodes, 1);
	assert_true(full);
	view.idle = 5;
	view.busy = 251;
	assert_false(policy_plan(&view, &defaults, full).full);
}

/* A bound on connections differs among workers, by less than a tenth. */
static void
connections(void **state)
{
	static const uint64_t bounds[] = { 0, 1, 9, 10, 11, 99, 100, 1000,
		10000, UINT32_MAX, INT64_MAX, UINT64_MAX };

	(void)state;
	for (size_t i = 0; i < COUNT(bounds); i++) {
		uint64_t bound = bounds[i], least = bound - bound / 10;

		for (uint32_t pid = 0; pid < 20000; pid++) {
			uint64_t is = policy_connections(bound, pid);

			CHECK(is >= least && is <= bound,
			    "%" PRIu64 ", %" PRIu32 ": %" PRIu64, bound, pid,
			    is);
		}
		CHECK(policy_connections(bound, 0) == bound, "%" PRIu64, bound);
		CHECK(policy_connections(bound, UINT32_MAX) >= least,
		    "%" PRIu64, bound);
	}
	assert_int_equal(policy_connections(0, 4711), 0);
	assert_int_equal(policy_connections(9, 4711), 9);
}

/* Neighbours leave far from each other, and at every part of the tenth. */
static void
connections_are_spread(void **state)
{
	bool seen[101] = { false };
	unsigned near = 0;

	(void)state;
	for (uint32_t pid = 1000; pid < 11000; pid++) {
		uint64_t is = policy_connections(1000, pid);
		uint64_t next = policy_connections(1000, pid + 1);

		seen[1000 - is] = true;
		near += (is > next ? is - next : next - is) < 3;
	}
	for (size_t i = 0; i < COUNT(seen); i++)
		CHECK(seen[i], "%zu less", i);
	CHECK(near < 1000, "%u of 10000 pairs", near);
}

int
main(void)
{
	const struct CMUnitTest policy[] = {
		cmocka_unit_test(plans),
		cmocka_unit_test(invariants),
		cmocka_unit_test(converges),
		cmocka_unit_test(does_not_oscillate),
		cmocka_unit_test(full_has_hysteresis),
		cmocka_unit_test(connections),
		cmocka_unit_test(connections_are_spread),
	};

	return cmocka_run_group_tests(policy, NULL, NULL);
}
