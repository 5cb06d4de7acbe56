/* SPDX-License-Identifier: ISC */
#include "daemon/report/status.h"

#include <inttypes.h>

#include "daemon/log/log.h"
#include "snapshot/snapshot.h"

static void
report_workers(const struct snapshot *s)
{
	const struct snapshot_census *w = &s->workers;

	log_notice("status generation=%" PRIu64 " uptime_seconds=%" PRIu64
		   " workers=%" PRIu64 " starting=%" PRIu64 " idle=%" PRIu64
		   " busy=%" PRIu64 " leaving=%" PRIu64 " max=%" PRIu64,
	    s->service.generation, s->service.uptime_ms / 1000,
	    w->starting + w->idle + w->paused + w->busy + w->leaving +
		w->frozen,
	    w->starting, w->idle + w->paused, w->busy, w->leaving, w->max);
}

/* Report the connection that has lasted longest. */
static void
report_longest(const struct snapshot *s)
{
	if (s->oldest.pid != 0)
		log_notice("status longest peer=%s seconds=%" PRIu64,
		    s->oldest.peer, s->oldest.age_ms / 1000);
}

static void
report_listeners(const struct snapshot *s)
{
	for (unsigned i = 0; i < s->listener_count; i++) {
		const struct snapshot_listener *l = &s->listener[i];

		log_notice("status listener=%s waiting=%" PRIu64
			   " backlog=%" PRIu64 " drops=%" PRIu64
			   " active=%" PRIu64 " connections=%" PRIu64
			   " in_bytes=%" PRIu64 " out_bytes=%" PRIu64
			   " origin=%s",
		    l->address, l->waiting, l->limit, l->drops, l->active,
		    l->accepted, l->bytes_in, l->bytes_out,
		    snapshot_origin_name[l->origin]);
	}
}

static void
report_totals(const struct snapshot *s)
{
	const struct snapshot_connections *c = &s->connections;
	const uint64_t *exited = s->pool.exited;

	log_notice("status connections=%" PRIu64 " empty=%" PRIu64
		   " in_bytes=%" PRIu64 " out_bytes=%" PRIu64
		   " workers_died=%" PRIu64 " log_lines_lost=%" PRIu64,
	    c->accepted, c->empty, c->bytes_in, c->bytes_out,
	    exited[SNAPSHOT_SIGNAL] + exited[SNAPSHOT_STATUS] +
		exited[SNAPSHOT_NOT_READY],
	    s->log.lines_lost);
}

static void
report_refusals(const struct snapshot *s)
{
	const uint64_t *refused = s->connections.refused;

	log_notice("status refused_access=%" PRIu64
		   " refused_max_per_source=%" PRIu64
		   " refused_rate_per_source=%" PRIu64
		   " sources_uncounted=%" PRIu64,
	    refused[SNAPSHOT_ACCESS], refused[SNAPSHOT_PER_SOURCE],
	    refused[SNAPSHOT_RATE], s->log.sources_uncounted);
}

void
status_report(const struct snapshot *s)
{
	report_workers(s);
	report_longest(s);
	report_listeners(s);
	report_refusals(s);
	report_totals(s);
}
