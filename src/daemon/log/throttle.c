/* SPDX-License-Identifier: ISC */
#include "daemon/log/throttle.h"

#include "daemon/rate.h"

/*
 * The lowest 24 bits are the count, the others when the next line is due, see
 * rate.h; in milliseconds that is enough for 34 years.
 */
enum { COUNT_BITS = 24, TRIES = 1000 };
static const uint32_t count_max = (UINT32_C(1) << COUNT_BITS) - 1;

static int64_t
due_of(uint64_t state, const struct throttle_rule *rule, int64_t now_ms)
{
	int64_t due = (int64_t)(state >> COUNT_BITS);
	int64_t latest = now_ms + (int64_t)rule->burst * rule->every_ms;

	return due < latest ? due : latest;
}

static uint32_t
count_of(uint64_t state)
{
	return (uint32_t)state & count_max;
}

struct throttle_step
throttle_line(uint64_t state, const struct throttle_rule *rule, int64_t now_ms)
{
	int64_t due = due_of(state, rule, now_ms);
	int64_t next = rate_pass(due, now_ms, rule->every_ms, rule->burst);
	uint32_t count = count_of(state);

	if (next != -1)
		return (struct throttle_step){ (uint64_t)next << COUNT_BITS,
			true, count };
	if (count < count_max)
		count++;
	return (struct throttle_step){ (uint64_t)due << COUNT_BITS | count,
		false, count };
}

int64_t
throttle_due(uint64_t state, const struct throttle_rule *rule, int64_t now_ms)
{
	if (count_of(state) == 0)
		return INT64_MAX;
	return rate_open(due_of(state, rule, now_ms), rule->every_ms,
	    rule->burst);
}

struct throttle_step
throttle_rest(uint64_t state, const struct throttle_rule *rule, int64_t now_ms)
{
	int64_t due = due_of(state, rule, now_ms);
	int64_t next = (due > now_ms ? due : now_ms) + rule->every_ms;

	if (count_of(state) == 0)
		return (struct throttle_step){ state, false, 0 };
	return (struct throttle_step){ (uint64_t)next << COUNT_BITS, true,
		count_of(state) };
}

struct throttle_step
throttle_take(_Atomic uint64_t *state, const struct throttle_rule *rule,
    int64_t now_ms,
    struct throttle_step (
	*step)(uint64_t, const struct throttle_rule *, int64_t))
{
	uint64_t old = atomic_load(state);
	struct throttle_step taken;

	for (unsigned i = 0; i < TRIES; i++) {
		taken = step(old, rule, now_ms);
		if (atomic_compare_exchange_strong(state, &old, taken.state))
			break;
	}
	return taken;
}
