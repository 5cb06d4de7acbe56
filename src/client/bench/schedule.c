/* SPDX-License-Identifier: ISC */
#include "client/bench/schedule.h"

#define NS_PER_SECOND UINT64_C(1000000000)

void
schedule_init(struct schedule *schedule, int64_t start, uint64_t rate,
    unsigned thread, unsigned threads)
{
	schedule->start = start;
	schedule->rate = rate;
	schedule->next = thread;
	schedule->step = threads;
}

int64_t
schedule_due(const struct schedule *schedule)
{
	uint64_t rate = schedule->rate;
	/* Whole seconds are apart, as next * 1e9 would soon overflow. */
	uint64_t ns = schedule->next / rate * NS_PER_SECOND +
	    schedule->next % rate * NS_PER_SECOND / rate;

	return schedule->start + (int64_t)ns;
}

uint64_t
schedule_count(uint64_t rate, int64_t ns)
{
	uint64_t span = ns > 0 ? (uint64_t)ns : 0;
	uint64_t rest = span % NS_PER_SECOND * rate;

	/* Rounded up: a message due within the last nanosecond counts. */
	return span / NS_PER_SECOND * rate +
	    (rest + NS_PER_SECOND - 1) / NS_PER_SECOND;
}

uint64_t
schedule_skip(struct schedule *s, int64_t end)
{
	uint64_t due = end > s->start ?
	    schedule_count(s->rate, end - s->start) :
	    0;
	uint64_t skipped = due > s->next ?
	    (due - s->next + s->step - 1) / s->step :
	    0;

	s->next += skipped * s->step;
	return skipped;
}
