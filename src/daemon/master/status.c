/* SPDX-License-Identifier: ISC */
#include "daemon/master/status.h"

#include <inttypes.h>

#include "config/config.h"
#include "daemon/log/log.h"
#include "daemon/master/master.h"

static void
report_workers(const struct master *m, int64_t now_ms)
{
	struct pool_census census;

	pool_census(&m->pool, m->current.number, &census);
	log_notice("status generation=%u uptime_seconds=%" PRId64
		   " workers=%u starting=%u idle=%u busy=%u leaving=%u "
		   "max=%" PRId64,
	    m->current.number, (now_ms - m->started_ms) / 1000, m->pool.count,
	    census.starting, census.idle, census.busy, census.leaving,
	    m->config->workers_max);
}

/* How long the longest connection has lasted: who holds a worker? */
static void
report_longest(const struct master *m, int64_t now_ms)
{
	const struct slot *longest = NULL;
	char text[ADDR_TEXT];
	struct addr peer;

	for (unsigned i = 0; i < m->pool.used; i++) {
		const struct slot *slot = &m->pool.board.slots[i];

		if (m->pool.worker[i].pid != 0 &&
		    scoreboard_state(&m->pool.board, i) == SLOT_BUSY &&
		    (longest == NULL ||
			atomic_load(&slot->since_ms) <
			    atomic_load(&longest->since_ms)))
			longest = slot;
	}
	if (longest == NULL)
		return;
	scoreboard_peer(longest, &peer);
	addr_text(&peer, text, sizeof(text));
	log_notice("status longest peer=%s seconds=%" PRId64, text,
	    (now_ms - atomic_load(&longest->since_ms)) / 1000);
}

static void
report_listeners(const struct master *m)
{
	unsigned waiting, limit;

	for (unsigned i = 0; i < m->listeners.count; i++) {
		waiting = listener_waiting(&m->listeners.item[i], &limit);
		log_notice("status listener=%s waiting=%u backlog=%u",
		    m->listeners.item[i].text, waiting, limit);
	}
}

static void
report_totals(const struct master *m)
{
	struct pool_totals sum = m->pool.gone;

	for (unsigned i = 0; i < m->pool.used; i++) {
		const struct slot *slot = &m->pool.board.slots[i];

		if (m->pool.worker[i].pid == 0)
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

void
status_report(const struct master *m, int64_t now_ms)
{
	report_workers(m, now_ms);
	report_longest(m, now_ms);
	report_listeners(m);
	report_totals(m);
}
