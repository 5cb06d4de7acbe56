/* SPDX-License-Identifier: ISC */
#include "snapshot/fields.h"

#include "snapshot/snapshot.h"

static const char *const bucket_name[SNAPSHOT_BUCKETS] = { "le_1ms", "le_4ms",
	"le_15ms", "le_60ms", "le_250ms", "le_1s", "le_4s", "le_15s", "le_1min",
	"le_4min", "le_15min", "le_1h", "longer" };

/* clang-format off */
#define FIELD(type, record, key, kind, counter, member, size, names, count) \
	{ record, key, kind, counter, offsetof(struct type, member), size, names, \
	count }
#define LENGTH(list) (sizeof(list) / sizeof(list[0]))
#define NUMBERS(type, record, member, list) \
	FIELD(type, record, NULL, FIELD_NUMBERS, true, member, 0, list, \
	    LENGTH(list))
#define NAME(type, record, key, member, list) \
	FIELD(type, record, key, FIELD_NAME, false, member, 0, list, LENGTH(list))
#define TEXT(type, record, key, member) \
	FIELD(type, record, key, FIELD_TEXT, false, member, \
	    sizeof(((struct type *)NULL)->member), NULL, 0)
/* Numbers whose key is the name of the member: as it is now, or a counter. */
#define NOW(record, member) \
	FIELD(snapshot, #record, #member, FIELD_NUMBER, false, record.member, 0, \
	    NULL, 0)
#define COUNTER(record, member) \
	FIELD(snapshot, #record, #member, FIELD_NUMBER, true, record.member, 0, \
	    NULL, 0)
#define LISTENER(member, counter) \
	FIELD(snapshot_listener, "listener", #member, FIELD_NUMBER, counter, \
	    member, 0, NULL, 0)
#define WORKER(member) \
	FIELD(snapshot_worker, "worker", #member, FIELD_NUMBER, false, member, 0, \
	    NULL, 0)
/* clang-format on */

static const struct field of_snapshot[] = {
	NAME(snapshot, "service", "state", service.state, snapshot_state_name),
	NOW(service, pid),
	NOW(service, generation),
	NOW(service, taken_at),
	NOW(service, started_at),
	NOW(service, uptime_ms),
	NOW(service, first_started_at),

	NOW(workers, starting),
	NOW(workers, idle),
	NOW(workers, paused),
	NOW(workers, busy),
	NOW(workers, leaving),
	NOW(workers, frozen),
	NOW(workers, start),
	NOW(workers, min_spare),
	NOW(workers, max_spare),
	NOW(workers, max),
	NOW(workers, at_max),

	COUNTER(pool, started),
	COUNTER(pool, fork_failures),
	COUNTER(pool, at_max),
	COUNTER(pool, at_max_ms),
	NUMBERS(snapshot, "exited", pool.exited, snapshot_exit_name),

	NOW(connections, active),
	COUNTER(connections, accepted),
	COUNTER(connections, bytes_in),
	COUNTER(connections, bytes_out),
	COUNTER(connections, empty),
	COUNTER(connections, mismatched),
	COUNTER(connections, duration_ms),
	NUMBERS(snapshot, "closed", connections.closed, snapshot_reason_name),
	NUMBERS(snapshot, "refused", connections.refused, snapshot_cause_name),
	NUMBERS(snapshot, "accept_failures", connections.accept_failures,
	    snapshot_fault_name),
	NUMBERS(snapshot, "duration", connections.duration, bucket_name),

	COUNTER(reload, done),
	COUNTER(reload, failed),
	NOW(reload, last_good),
	NOW(reload, last_at),
	NOW(reload, last_done_at),
	TEXT(snapshot, "reload", "last", reload.last),

	COUNTER(upgrade, done),
	COUNTER(upgrade, failed),
	NOW(upgrade, last_at),
	TEXT(snapshot, "upgrade", "last", upgrade.last),

	NOW(probe, enabled),
	COUNTER(probe, good),
	COUNTER(probe, bad),
	NOW(probe, last_good),
	NOW(probe, last_at),
	NOW(probe, last_us),
	TEXT(snapshot, "probe", "last", probe.last),

	COUNTER(log, lines_lost),
	COUNTER(log, sources_uncounted),

	NOW(process, count),
	COUNTER(process, cpu_ms),
	NOW(process, rss_bytes),
	NOW(process, fds),

	NOW(oldest, pid),
	NOW(oldest, age_ms),
	NOW(oldest, bytes_in),
	NOW(oldest, bytes_out),
	TEXT(snapshot, "oldest", "peer", oldest.peer),
	TEXT(snapshot, "oldest", "listener", oldest.listener),
};

static const struct field of_listener[] = {
	TEXT(snapshot_listener, "listener", "address", address),
	TEXT(snapshot_listener, "listener", "name", name),
	NAME(snapshot_listener, "listener", "origin", origin,
	    snapshot_origin_name),
	LISTENER(draining, false),
	LISTENER(waiting, false),
	LISTENER(limit, false),
	LISTENER(deferred, false),
	LISTENER(drops, false),
	LISTENER(accepted, true),
	LISTENER(active, false),
	LISTENER(bytes_in, true),
	LISTENER(bytes_out, true),
};

static const struct field of_worker[] = {
	WORKER(slot),
	WORKER(pid),
	WORKER(generation),
	NAME(snapshot_worker, "worker", "state", state, snapshot_doing_name),
	WORKER(since_ms),
	WORKER(connections),
	WORKER(bytes_in),
	WORKER(bytes_out),
	TEXT(snapshot_worker, "worker", "peer", peer),
	TEXT(snapshot_worker, "worker", "listener", listener),
};

#define LIST(rows)                                                             \
	{                                                                      \
		rows, sizeof(rows) / sizeof(rows[0])                           \
	}

const struct field_list fields_snapshot = LIST(of_snapshot);
const struct field_list fields_listener = LIST(of_listener);
const struct field_list fields_worker = LIST(of_worker);

static void
lift(uint64_t *now, uint64_t last)
{
	if (*now < last)
		*now = last;
}

static void
for_each_counter(const struct field_list *list, void *to, const void *from,
    void (*change)(uint64_t *, uint64_t))
{
	for (unsigned i = 0; i < list->count; i++) {
		const struct field *field = &list->field[i];
		unsigned n = field->kind == FIELD_NUMBERS ? field->count : 1;
		size_t at = field->offset;

		if (!field->counter)
			continue;
		for (; n > 0; n--, at += sizeof(uint64_t))
			change((uint64_t *)(void *)((char *)to + at),
			    *(const uint64_t *)(const void *)((const char *)
								  from +
				at));
	}
}

void
fields_add(const struct field_list *list, void *to, const void *from)
{
	for_each_counter(list, to, from, snapshot_add);
}

void
fields_floor(const struct field_list *list, void *now, const void *last)
{
	for_each_counter(list, now, last, lift);
}
