/* SPDX-License-Identifier: ISC */
#include "daemon/master/status.h"

#include <inttypes.h>

#include "daemon/listen/announce.h"
#include "daemon/log/log.h"
#include "daemon/log/refusals.h"
#include "daemon/pool/generation.h"
#include "daemon/pool/pool.h"

static void
report_workers(const struct pool *pool, const struct generation *gen,
    int64_t up_ms)
{
	struct pool_census census;

	pool_census(pool, gen->number, &census);
	log_notice("status generation=%u uptime_seconds=%" PRId64
		   " workers=%u starting=%u idle=%u busy=%u leaving=%u "
		   "max=%" PRId64,
	    gen->number, up_ms / 1000, pool->count, census.starting,
	    census.idle, census.busy, census.leaving, gen->config.workers_max);
}

/* Since when a worker says that it is as it is; not before echod was there. */
static int64_t
since(const struct slot *slot, int64_t started_ms, int64_t now_ms)
{
	int64_t since_ms = atomic_load(&slot->since_ms);

	return since_ms < started_ms || since_ms > now_ms ? now_ms : since_ms;
}

/* The client that has held a worker for the longest time. */
static void
report_longest(const struct pool *pool, int64_t started_ms, int64_t now_ms)
{
	const struct slot *longest = NULL;
	char text[ADDR_TEXT];
	struct addr peer;

	for (unsigned i = 0; i < pool->used; i++) {
		const struct slot *slot = &pool->board.slots[i];

		if (pool->worker[i].pid != 0 &&
		    scoreboard_state(&pool->board, i) == SLOT_BUSY &&
		    (longest == NULL ||
			since(slot, started_ms, now_ms) <
			    since(longest, started_ms, now_ms)))
			longest = slot;
	}
	if (longest == NULL)
		return;
	scoreboard_peer(longest, &peer);
	addr_text(&peer, text, sizeof(text));
	log_notice("status longest peer=%s seconds=%" PRId64, text,
	    (now_ms - since(longest, started_ms, now_ms)) / 1000);
}

static void
report_listeners(const struct listener_set *set)
{
	unsigned waiting, limit;

	for (unsigned i = 0; i < set->count; i++) {
		waiting = listener_waiting(&set->item[i], &limit);
		log_notice("status listener=%s waiting=%u backlog=%u origin=%s",
		    set->item[i].text, waiting, limit,
		    announce_origin(&set->item[i]));
	}
}

static void
report_totals(const struct pool *pool)
{
	struct pool_totals sum = pool->gone;

	for (unsigned i = 0; i < pool->used; i++) {
		const struct slot *slot = &pool->board.slots[i];

		if (pool->worker[i].pid == 0)
			continue;
		sum.connections += atomic_load(&slot->connections);
		sum.bytes_in += atomic_load(&slot->bytes_in);
		sum.bytes_out += atomic_load(&slot->bytes_out);
	}
	log_notice("status connections=%" PRIu64 " in_bytes=%" PRIu64
		   " out_bytes=%" PRIu64 " workers_died=%" PRIu64
		   " log_lines_lost=%" PRIu64,
	    sum.connections, sum.bytes_in, sum.bytes_out, sum.died, log_lost());
}

static void
report_refusals(const struct pool *pool)
{
	log_notice("status refused_access=%" PRIu64
		   " refused_max_per_source=%" PRIu64
		   " refused_rate_per_source=%" PRIu64
		   " sources_uncounted=%" PRIu64,
	    refusals_total(REFUSAL_ACCESS),
	    refusals_total(REFUSAL_MAX_PER_SOURCE),
	    refusals_total(REFUSAL_RATE_PER_SOURCE),
	    sources_uncounted(&pool->sources));
}

void
status_report(const struct pool *pool, const struct generation *gen,
    int64_t started_ms, int64_t now_ms)
{
	report_workers(pool, gen, now_ms - started_ms);
	report_longest(pool, started_ms, now_ms);
	report_listeners(&gen->listeners);
	report_refusals(pool);
	report_totals(pool);
}
