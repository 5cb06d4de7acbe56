/* SPDX-License-Identifier: ISC */
#include "snapshot/metrics.h"

#include <stdint.h>

#include "snapshot/snapshot.h"

static const char *const results[] = { "done", "failed" };
static const char *const verdicts[] = { "good", "bad" };

/* clang-format off */
#define AT(member) offsetof(struct snapshot, member), NULL, NULL, 0
#define OF(member) offsetof(struct snapshot_listener, member), NULL, NULL, 0
#define BY(member, label, names) offsetof(struct snapshot, member), label, \
	names, sizeof(names) / sizeof(names[0])
#define NOTHING 0, NULL, NULL, 0

const struct metric metrics[] = {
	{ "build_info", "gauge", "The version of echod; always 1.",
	    METRIC_BUILD, UNIT_ONE, NOTHING },
	{ "process_start_time_seconds", "gauge",
	    "When this master was started, in seconds since 1970.",
	    METRIC_NUMBER, UNIT_MS, AT(service.started_at) },
	{ "service_start_time_seconds", "gauge",
	    "When the service was started, before all upgrades.",
	    METRIC_NUMBER, UNIT_MS, AT(service.first_started_at) },
	{ "service_state", "gauge", "1 for the state that the service is in.",
	    METRIC_CHOICE, UNIT_ONE, BY(service.state, "state", snapshot_state_name) },
	{ "generation", "gauge",
	    "The number of the configuration in force: 1 and the reloads.",
	    METRIC_NUMBER, UNIT_ONE, AT(service.generation) },

	{ "workers", "gauge", "Workers by what they do.",
	    METRIC_NAMES, UNIT_ONE, BY(workers.starting, "state", snapshot_doing_name) },
	{ "workers_max", "gauge", "The setting workers.max.",
	    METRIC_NUMBER, UNIT_ONE, AT(workers.max) },
	{ "workers_at_max", "gauge",
	    "1 while all workers that there may be are busy.",
	    METRIC_NUMBER, UNIT_ONE, AT(workers.at_max) },
	{ "workers_at_max_total", "counter",
	    "How often all workers that there may be were busy.",
	    METRIC_NUMBER, UNIT_ONE, AT(pool.at_max) },
	{ "workers_at_max_seconds_total", "counter",
	    "How long all workers that there may be were busy.",
	    METRIC_NUMBER, UNIT_MS, AT(pool.at_max_ms) },
	{ "workers_started_total", "counter", "Workers that were started.",
	    METRIC_NUMBER, UNIT_ONE, AT(pool.started) },
	{ "workers_exited_total", "counter", "Workers that ended, by the way.",
	    METRIC_NAMES, UNIT_ONE, BY(pool.exited, "cause", snapshot_exit_name) },
	{ "fork_failures_total", "counter",
	    "Attempts to start a worker that failed in fork or clone.",
	    METRIC_NUMBER, UNIT_ONE, AT(pool.fork_failures) },

	{ "connections_accepted_total", "counter",
	    "Connections that were accepted, refused ones among them.",
	    METRIC_LISTENER, UNIT_ONE, OF(accepted) },
	{ "connections_active", "gauge", "Connections that are open.",
	    METRIC_LISTENER, UNIT_ONE, OF(active) },
	{ "connections_closed_total", "counter",
	    "Connections that were served and ended, by the reason.",
	    METRIC_NAMES, UNIT_ONE, BY(connections.closed, "reason",
		snapshot_reason_name) },
	{ "connections_refused_total", "counter",
	    "Connections that were accepted and closed at once, by the cause.",
	    METRIC_NAMES, UNIT_ONE, BY(connections.refused, "cause",
		snapshot_cause_name) },
	{ "connections_empty_total", "counter",
	    "Connections that the client ended without sending a byte.",
	    METRIC_NUMBER, UNIT_ONE, AT(connections.empty) },
	{ "received_bytes_total", "counter", "Bytes received from clients.",
	    METRIC_LISTENER, UNIT_ONE, OF(bytes_in) },
	{ "sent_bytes_total", "counter", "Bytes sent back to clients.",
	    METRIC_LISTENER, UNIT_ONE, OF(bytes_out) },
	{ "connection_duration_seconds", "histogram",
	    "How long connections lasted that have ended.",
	    METRIC_HISTOGRAM, UNIT_MS, NOTHING },
	{ "oldest_connection_age_seconds", "gauge",
	    "The age of the oldest open connection; 0 when there is none.",
	    METRIC_NUMBER, UNIT_MS, AT(oldest.age_ms) },
	{ "echo_mismatch_total", "counter",
	    "Connections that the client closed in order, and that did not get "
	    "as many bytes as they sent; must be 0.",
	    METRIC_NUMBER, UNIT_ONE, AT(connections.mismatched) },

	{ "listener_info", "gauge",
	    "What is known of each listener; always 1.",
	    METRIC_ORIGIN, UNIT_ONE, NOTHING },
	{ "listener_draining", "gauge",
	    "1 when a listener takes no new clients any more.",
	    METRIC_LISTENER, UNIT_ONE, OF(draining) },
	{ "listener_deferred", "gauge",
	    "1 when the kernel holds clients back until they send data.",
	    METRIC_LISTENER, UNIT_ONE, OF(deferred) },
	{ "accept_queue_connections", "gauge",
	    "Connections that wait to be accepted.",
	    METRIC_LISTENER, UNIT_ONE, OF(waiting) },
	{ "accept_queue_limit", "gauge",
	    "How many connections the queue has room for.",
	    METRIC_LISTENER, UNIT_ONE, OF(limit) },
	{ "accept_queue_drops_total", "counter",
	    "Packets of handshakes that a listener dropped for want of room in "
	    "its queue; if it is deferred, also nearly one of each connection.",
	    METRIC_LISTENER, UNIT_ONE, OF(drops) },
	{ "accept_failures_total", "counter",
	    "Failures of accept: of one connection, or for want of resources.",
	    METRIC_NAMES, UNIT_ONE, BY(connections.accept_failures, "class",
		snapshot_fault_name) },
	{ "sources_uncounted_total", "counter",
	    "Connections that no limit of a source could be applied to.",
	    METRIC_NUMBER, UNIT_ONE, AT(log.sources_uncounted) },

	{ "reloads_total", "counter", "Reloads by their result.",
	    METRIC_NAMES, UNIT_ONE, BY(reload.done, "result", results) },
	{ "last_reload_successful", "gauge",
	    "1 when the last reload was done, or there was none; 0 when it "
	    "failed.",
	    METRIC_NUMBER, UNIT_ONE, AT(reload.last_good) },
	{ "last_reload_timestamp_seconds", "gauge",
	    "When the last reload ended; at first the start.",
	    METRIC_NUMBER, UNIT_MS, AT(reload.last_at) },
	{ "last_reload_success_timestamp_seconds", "gauge",
	    "When the configuration in force was put in force.",
	    METRIC_NUMBER, UNIT_MS, AT(reload.last_done_at) },
	{ "upgrades_total", "counter", "Upgrades by their result.",
	    METRIC_NAMES, UNIT_ONE, BY(upgrade.done, "result", results) },
	{ "probes_total", "counter",
	    "Echoes that echod asked of itself, by their result.",
	    METRIC_NAMES, UNIT_ONE, BY(probe.good, "result", verdicts) },
	{ "last_probe_successful", "gauge",
	    "1 when the last echo that echod asked of itself was good.",
	    METRIC_PROBED, UNIT_ONE, AT(probe.last_good) },
	{ "last_probe_duration_seconds", "gauge", "How long it took.",
	    METRIC_PROBED, UNIT_US, AT(probe.last_us) },
	{ "log_lines_lost_total", "counter",
	    "Lines of the log that found no room on their way to the logger.",
	    METRIC_NUMBER, UNIT_ONE, AT(log.lines_lost) },

	{ "processes", "gauge", "Processes of this echod.",
	    METRIC_NUMBER, UNIT_ONE, AT(process.count) },
	{ "cpu_seconds_total", "counter",
	    "Processor time of all processes of this echod.",
	    METRIC_NUMBER, UNIT_MS, AT(process.cpu_ms) },
	{ "resident_memory_bytes", "gauge",
	    "Memory of all processes; pages that several share count several "
	    "times.",
	    METRIC_KNOWN, UNIT_ONE, AT(process.rss_bytes) },
	{ "open_fds", "gauge", "Open descriptors of all processes.",
	    METRIC_KNOWN, UNIT_ONE, AT(process.fds) },
};
/* clang-format on */

const size_t metrics_count = sizeof(metrics) / sizeof(metrics[0]);

/* workers.starting and those after it are used as an array, as are results. */
_Static_assert(offsetof(struct snapshot_census, frozen) ==
	    SNAPSHOT_IS_FROZEN * sizeof(uint64_t) &&
	offsetof(struct snapshot_reload, failed) == sizeof(uint64_t) &&
	offsetof(struct snapshot_upgrade, failed) == sizeof(uint64_t) &&
	offsetof(struct snapshot_probe, bad) ==
	    offsetof(struct snapshot_probe, good) + sizeof(uint64_t),
    "members that are named by a table follow each other");
