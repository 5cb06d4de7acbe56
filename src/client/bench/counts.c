/* SPDX-License-Identifier: ISC */
#include "client/bench/counts.h"

#include "client/bench/counter.h"

static void
add_all(uint64_t to[FAULT_KINDS], const uint64_t from[FAULT_KINDS])
{
	for (int i = 0; i < FAULT_KINDS; i++)
		to[i] += counter_read(&from[i]);
}

void
counts_add(struct counts *to, const struct counts *from)
{
	/* What was echoed first: it can never be more than what was sent. */
	to->echoed += counter_read(&from->echoed);
	to->bytes_echoed += counter_read(&from->bytes_echoed);
	add_all(to->lost, from->lost);
	to->sent += counter_read(&from->sent);
	to->bytes_sent += counter_read(&from->bytes_sent);
	to->not_sent += counter_read(&from->not_sent);
}

void
counts_add_connects(struct connects *to, const struct connects *from)
{
	to->wanted += counter_read(&from->wanted);
	to->established += counter_read(&from->established);
	add_all(to->failed, from->failed);
	to->again += counter_read(&from->again);
	to->within += counter_read(&from->within);
	add_all(to->again_failed, from->again_failed);
	add_all(to->broken, from->broken);
	to->unclosed += counter_read(&from->unclosed);
}

uint64_t
counts_faults(const uint64_t faults[FAULT_KINDS])
{
	uint64_t sum = 0;

	for (int i = 0; i < FAULT_KINDS; i++)
		sum += faults[i];
	return sum;
}

uint64_t
counts_errors(const struct counts *t)
{
	return counts_faults(t->lost) - t->lost[FAULT_TIMEOUT];
}

enum fault
counts_most(const uint64_t faults[FAULT_KINDS])
{
	int most = FAULT_NONE;

	for (int i = 1; i < FAULT_KINDS; i++)
		if (faults[i] > faults[most] ||
		    (most == FAULT_NONE && faults[i] > 0))
			most = i;
	return (enum fault)most;
}
