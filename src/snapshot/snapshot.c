/* SPDX-License-Identifier: ISC */
#include "snapshot/snapshot.h"

const uint64_t snapshot_bucket_ms[SNAPSHOT_BOUNDS] = { 1, 4, 15, 60, 250, 1000,
	4000, 15000, 60000, 240000, 900000, 3600000 };

const char *const snapshot_state_name[SNAPSHOT_STATES] = { "starting",
	"serving", "reloading", "lame_duck", "stopping" };
const char *const snapshot_origin_name[SNAPSHOT_ORIGINS] = { "own", "inherited",
	"stored", "handed-over" };
const char *const snapshot_doing_name[SNAPSHOT_DOINGS] = { "starting", "idle",
	"paused", "busy", "leaving", "frozen" };
const char *const snapshot_exit_name[SNAPSHOT_EXITS] = { "retired", "recycled",
	"signal", "status", "not_ready" };
const char *const snapshot_reason_name[SNAPSHOT_REASONS] = { "closed", "idle",
	"send-timeout", "reset", "lifetime", "drained", "error", "died" };
const char *const snapshot_cause_name[SNAPSHOT_CAUSES] = { "access",
	"per_source", "rate" };
const char *const snapshot_fault_name[SNAPSHOT_FAULTS] = { "transient",
	"resource" };
