/* SPDX-License-Identifier: ISC */
#include "client/bench/counts.h"

#include "client/net/in_flight.h"

static struct message_counts *
part_of(struct counts *c, const struct message *m)
{
	if (m->part == PART_WINDOW)
		return &c->window;
	return m->part == PART_WARMUP ? &c->warmup : &c->trial;
}

void
counts_sent(struct counts *c, const struct message *m)
{
	struct message_counts *part = part_of(c, m);

	counts_raise(&part->sent, 1);
	counts_raise(&part->bytes_sent, m->size);
}

static void
note_outcome(struct counts *c, const struct message *m, int64_t now)
{
	if (m->part == PART_WINDOW && now > c->last_outcome)
		c->last_outcome = now;
}

void
counts_echoed(struct counts *c, const struct message *m, bool within,
    int64_t now)
{
	struct message_counts *part = part_of(c, m);

	counts_raise(&part->echoed, 1);
	counts_raise(&part->bytes_echoed, m->size);
	if (within) {
		counts_raise(&c->completed, 1);
		counts_raise(&c->completed_bytes, m->size);
	}
	note_outcome(c, m, now);
}

void
counts_lost(struct counts *c, const struct message *m, enum fault fault,
    int64_t now)
{
	counts_raise(&part_of(c, m)->lost[fault], 1);
	note_outcome(c, m, now);
}

void
counts_not_sent(struct counts *c, const struct message *m, int64_t now)
{
	counts_raise(&part_of(c, m)->not_sent, 1);
	note_outcome(c, m, now);
}

static void
add_faults(uint64_t to[FAULT_KINDS], const uint64_t from[FAULT_KINDS])
{
	for (int i = 0; i < FAULT_KINDS; i++)
		to[i] += counts_read(&from[i]);
}

void
counts_add_messages(struct message_counts *to,
    const struct message_counts *from)
{
	/* What was echoed first: it can never be more than what was sent. */
	to->echoed += counts_read(&from->echoed);
	to->bytes_echoed += counts_read(&from->bytes_echoed);
	add_faults(to->lost, from->lost);
	to->sent += counts_read(&from->sent);
	to->bytes_sent += counts_read(&from->bytes_sent);
	to->not_sent += counts_read(&from->not_sent);
}

void
counts_add_connects(struct connect_counts *to,
    const struct connect_counts *from)
{
	to->wanted += counts_read(&from->wanted);
	to->established += counts_read(&from->established);
	add_faults(to->failed, from->failed);
	to->again += counts_read(&from->again);
	to->within += counts_read(&from->within);
	add_faults(to->again_failed, from->again_failed);
	add_faults(to->broken, from->broken);
	to->unclosed += counts_read(&from->unclosed);
}

void
counts_add(struct counts *to, const struct counts *from)
{
	counts_add_messages(&to->trial, &from->trial);
	counts_add_messages(&to->warmup, &from->warmup);
	counts_add_messages(&to->window, &from->window);
	counts_add_connects(&to->connects, &from->connects);
	to->completed += counts_read(&from->completed);
	to->completed_bytes += counts_read(&from->completed_bytes);
	to->verified += counts_read(&from->verified);
	if (to->mismatches == 0)
		to->mismatch = from->mismatch;
	to->mismatches += counts_read(&from->mismatches);
	to->skipped += counts_read(&from->skipped);
	if (from->last_outcome > to->last_outcome)
		to->last_outcome = from->last_outcome;
	histogram_add(&to->response, &from->response);
	histogram_add(&to->connect, &from->connect);
	histogram_add(&to->service, &from->service);
	histogram_add(&to->lag, &from->lag);
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
counts_failed(const struct message_counts *c)
{
	return counts_faults(c->lost) + c->not_sent;
}

uint64_t
counts_errors(const struct message_counts *c)
{
	return counts_faults(c->lost) - c->lost[FAULT_TIMEOUT];
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
