/* SPDX-License-Identifier: ISC */
#include "snapshot/fields.h"

#include "snapshot/snapshot.h"

static const char *const bucket_name[SNAPSHOT_BUCKETS] = { "le_1ms", "le_4ms",
	"le_15ms", "le_60ms", "le_250ms", "le_1s", "le_4s", "le_15s", "le_1min",
	"le_4min", "le_15min", "le_1h", "longer" };

#define NUMBER(type, record, key, member)                                      \
	{                                                                      \
		record, key, FIELD_NUMBER, offsetof(struct type, member), 0,   \
		    NULL, 0                                                    \
	}
#define NUMBERS(type, record, member, list)                                    \
	{                                                                      \
		record, NULL, FIELD_NUMBERS, offsetof(struct type, member), 0, \
		    list, sizeof(list) / sizeof(list[0])                       \
	}
#define NAME(type, record, key, member, list)                                  \
	{                                                                      \
		record, key, FIELD_NAME, offsetof(struct type, member), 0,     \
		    list, sizeof(list) / sizeof(list[0])                       \
	}
#define TEXT(type, record, key, member)                                        \
	{                                                                      \
		record, key, FIELD_TEXT, offsetof(struct type, member),        \
		    sizeof(((struct type *)NULL)->member), NULL, 0             \
	}
/* The key is the name of the member. */
#define PART(record, member) NUMBER(snapshot, #record, #member, record.member)
#define LISTENER(member) NUMBER(snapshot_listener, "listener", #member, member)
#define WORKER(member) NUMBER(snapshot_worker, "worker", #member, member)

static const struct field of_snapshot[] = {
	NAME(snapshot, "service", "state", service.state, snapshot_state_name),
	PART(service, pid),
	PART(service, generation),
	PART(service, taken_at),
	PART(service, started_at),
	PART(service, first_started_at),

	PART(workers, starting),
	PART(workers, idle),
	PART(workers, paused),
	PART(workers, busy),
	PART(workers, leaving),
	PART(workers, frozen),
	PART(workers, start),
	PART(workers, min_spare),
	PART(workers, max_spare),
	PART(workers, max),
	PART(workers, at_max),

	PART(pool, started),
	PART(pool, fork_failures),
	PART(pool, at_max),
	PART(pool, at_max_ms),
	NUMBERS(snapshot, "exited", pool.exited, snapshot_exit_name),

	PART(connections, active),
	PART(connections, accepted),
	PART(connections, bytes_in),
	PART(connections, bytes_out),
	PART(connections, empty),
	PART(connections, mismatched),
	PART(connections, duration_ms),
	NUMBERS(snapshot, "closed", connections.closed, snapshot_reason_name),
	NUMBERS(snapshot, "refused", connections.refused, snapshot_cause_name),
	NUMBERS(snapshot, "accept_failures", connections.accept_failures,
	    snapshot_fault_name),
	NUMBERS(snapshot, "duration", connections.duration, bucket_name),

	PART(reload, done),
	PART(reload, failed),
	PART(reload, last_good),
	PART(reload, last_at),
	PART(reload, last_done_at),
	TEXT(snapshot, "reload", "last", reload.last),

	PART(upgrade, done),
	PART(upgrade, failed),
	PART(upgrade, last_at),
	TEXT(snapshot, "upgrade", "last", upgrade.last),

	PART(probe, enabled),
	PART(probe, good),
	PART(probe, bad),
	PART(probe, last_good),
	PART(probe, last_at),
	PART(probe, last_us),
	TEXT(snapshot, "probe", "last", probe.last),

	PART(log, lines_lost),
	PART(log, sources_uncounted),

	PART(process, count),
	PART(process, cpu_ms),
	PART(process, rss_bytes),
	PART(process, fds),

	PART(oldest, pid),
	PART(oldest, age_ms),
	PART(oldest, bytes_in),
	PART(oldest, bytes_out),
	TEXT(snapshot, "oldest", "peer", oldest.peer),
	TEXT(snapshot, "oldest", "listener", oldest.listener),
};

static const struct field of_listener[] = {
	TEXT(snapshot_listener, "listener", "address", address),
	TEXT(snapshot_listener, "listener", "name", name),
	NAME(snapshot_listener, "listener", "origin", origin,
	    snapshot_origin_name),
	LISTENER(draining),
	LISTENER(waiting),
	LISTENER(limit),
	LISTENER(drops),
	LISTENER(accepted),
	LISTENER(active),
	LISTENER(bytes_in),
	LISTENER(bytes_out),
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
