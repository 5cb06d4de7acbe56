/* SPDX-License-Identifier: ISC */
/*
 * snapshot: the state of the service at one moment, as plain numbers and short
 * texts.  The master makes it; echodctl, the reporter and, at an upgrade, the
 * next master get it as a text (wire.h).
 */
#ifndef ECHOD_SNAPSHOT_H
#define ECHOD_SNAPSHOT_H

#include <stdint.h>

#include "common/addr.h"

enum {
	SNAPSHOT_LISTENERS = 256, /* in force or draining */
	SNAPSHOT_NAME = 64,	  /* room for a name */
	SNAPSHOT_SENTENCE = 640,  /* room for a sentence */
};

enum snapshot_state {
	SNAPSHOT_STARTING,
	SNAPSHOT_SERVING,
	SNAPSHOT_RELOADING, /* and serving */
	SNAPSHOT_LAME_DUCK, /* serving, and about to stop */
	SNAPSHOT_STOPPING,
	SNAPSHOT_STATES,
};

/* Where a listening socket comes from. */
enum snapshot_origin {
	SNAPSHOT_OWN,	      /* opened by this echod */
	SNAPSHOT_INHERITED,   /* from the service manager: socket activation */
	SNAPSHOT_STORED,      /* kept by the service manager over a restart */
	SNAPSHOT_HANDED_OVER, /* from the echod before, at an upgrade */
	SNAPSHOT_ORIGINS,
};

/* What a worker does; the order is that of its life. */
enum snapshot_doing {
	SNAPSHOT_IS_STARTING,
	SNAPSHOT_IS_IDLE,
	SNAPSHOT_IS_PAUSED, /* idle, but accept(2) has failed */
	SNAPSHOT_IS_BUSY,
	SNAPSHOT_IS_LEAVING, /* told to finish; it may have a client */
	SNAPSHOT_IS_FROZEN,  /* stopped by a signal */
	SNAPSHOT_DOINGS,
};

/* How a worker ended. */
enum snapshot_exit {
	SNAPSHOT_RETIRED,   /* it was told to leave */
	SNAPSHOT_RECYCLED,  /* after workers.max_connections */
	SNAPSHOT_SIGNAL,    /* by a signal */
	SNAPSHOT_STATUS,    /* with a status other than 0 */
	SNAPSHOT_NOT_READY, /* before it was ready */
	SNAPSHOT_EXITS,
};

/* Why a connection ended: as in the log, and one for workers that died. */
enum snapshot_reason {
	SNAPSHOT_CLOSED,
	SNAPSHOT_IDLE,
	SNAPSHOT_SEND_TIMEOUT,
	SNAPSHOT_RESET,
	SNAPSHOT_LIFETIME,
	SNAPSHOT_DRAINED,
	SNAPSHOT_ERROR,
	SNAPSHOT_DIED, /* its worker did */
	SNAPSHOT_REASONS,
};

/* Why a connection was not served. */
enum snapshot_cause {
	SNAPSHOT_ACCESS,
	SNAPSHOT_PER_SOURCE,
	SNAPSHOT_RATE,
	SNAPSHOT_CAUSES,
};

/* Why accept(2) has failed. */
enum snapshot_fault {
	SNAPSHOT_TRANSIENT, /* it concerned one connection */
	SNAPSHOT_RESOURCE,  /* something was used up */
	SNAPSHOT_FAULTS,
};

/*
 * The histogram of the lengths of connections: bucket i has those that took at
 * most snapshot_bucket_ms[i], and more than the bound before; the last has no
 * bound.
 */
enum { SNAPSHOT_BOUNDS = 12, SNAPSHOT_BUCKETS = SNAPSHOT_BOUNDS + 1 };
extern const uint64_t snapshot_bucket_ms[SNAPSHOT_BOUNDS];

/* Names in the text, in metrics and for people; one for each value. */
extern const char *const snapshot_state_name[SNAPSHOT_STATES];
extern const char *const snapshot_origin_name[SNAPSHOT_ORIGINS];
extern const char *const snapshot_doing_name[SNAPSHOT_DOINGS];
extern const char *const snapshot_exit_name[SNAPSHOT_EXITS];
extern const char *const snapshot_reason_name[SNAPSHOT_REASONS];
extern const char *const snapshot_cause_name[SNAPSHOT_CAUSES];
extern const char *const snapshot_fault_name[SNAPSHOT_FAULTS];

struct snapshot_listener {
	char address[ADDR_TEXT];
	char name[SNAPSHOT_NAME]; /* that the service manager gave it */
	uint64_t origin;	  /* enum snapshot_origin */
	uint64_t draining;	  /* 1: it takes no new clients */
	uint64_t waiting;	  /* connections in its accept queue */
	uint64_t limit;		  /* of that queue */
	uint64_t deferred;	  /* 1: it holds clients back (defer_accept) */
	/* Packets of handshakes that found no room; if it is deferred, also
	 * nearly one of each connection. */
	uint64_t drops;
	uint64_t accepted;
	uint64_t active; /* connections now */
	uint64_t bytes_in, bytes_out;
};

struct snapshot_worker {
	uint64_t slot, pid, generation;
	uint64_t state;	   /* enum snapshot_doing */
	uint64_t since_ms; /* how long it has been so */
	uint64_t connections;
	uint64_t bytes_in, bytes_out;
	char peer[ADDR_TEXT];	  /* "": it has no client */
	char listener[ADDR_TEXT]; /* that its client came from */
};

/*
 * Counters begin at the first start of the service, go on over the ends of
 * workers, reloads and upgrades, and never go down.  Times of the day are in
 * milliseconds since 1970, 0: never; durations are in milliseconds.
 */
struct snapshot_service {
	uint64_t state; /* enum snapshot_state */
	uint64_t pid;	/* of the master */
	uint64_t generation;
	uint64_t taken_at;	   /* this snapshot */
	uint64_t started_at;	   /* this master */
	uint64_t uptime_ms;	   /* since then, by the monotonic clock */
	uint64_t first_started_at; /* the first one, before upgrades */
};

struct snapshot_census {
	uint64_t starting, idle, paused, busy, leaving, frozen; /* now */
	uint64_t start, min_spare, max_spare, max; /* the settings */
	uint64_t at_max; /* 1: none is idle, and there may be no more */
};

struct snapshot_pool {
	uint64_t started; /* counters all */
	uint64_t fork_failures;
	uint64_t at_max; /* how often */
	uint64_t at_max_ms;
	uint64_t exited[SNAPSHOT_EXITS];
};

struct snapshot_connections {
	uint64_t active;
	uint64_t accepted; /* all listeners that there ever were */
	uint64_t bytes_in, bytes_out;
	uint64_t empty;	      /* ended without a byte from the client */
	uint64_t mismatched;  /* closed with in != out: must be 0 */
	uint64_t duration_ms; /* the sum of their lengths */
	uint64_t closed[SNAPSHOT_REASONS];
	uint64_t refused[SNAPSHOT_CAUSES];
	uint64_t accept_failures[SNAPSHOT_FAULTS];
	uint64_t duration[SNAPSHOT_BUCKETS]; /* how many were so long */
};

/*
 * The sentences are those of the log.  A start also counts as the last reload,
 * but not among those that are done.
 */
struct snapshot_reload {
	uint64_t done, failed; /* counters */
	uint64_t last_good;    /* 1: the last one was done */
	uint64_t last_at, last_done_at;
	char last[SNAPSHOT_SENTENCE];
};

struct snapshot_upgrade {
	uint64_t done, failed;
	uint64_t last_at;
	char last[SNAPSHOT_SENTENCE];
};

struct snapshot_probe {
	uint64_t enabled;   /* 1: there has been one */
	uint64_t good, bad; /* counters */
	uint64_t last_good;
	uint64_t last_at;
	uint64_t last_us; /* how long the echo took */
	char last[SNAPSHOT_SENTENCE];
};

struct snapshot_log {
	uint64_t lines_lost;
	uint64_t sources_uncounted;
};

/* All processes of this echod together; 0: unknown. */
struct snapshot_process {
	uint64_t count;
	uint64_t cpu_ms;    /* user and system; with ended processes */
	uint64_t rss_bytes; /* pages that several share count several times */
	uint64_t fds;
};

/* The connection that has lasted longest. */
struct snapshot_oldest {
	uint64_t pid; /* of its worker; 0: there is no connection */
	uint64_t age_ms;
	uint64_t bytes_in, bytes_out; /* of this connection */
	char peer[ADDR_TEXT];
	char listener[ADDR_TEXT];
};

struct snapshot {
	char version[SNAPSHOT_NAME]; /* of echod */
	struct snapshot_service service;
	struct snapshot_census workers;
	struct snapshot_pool pool;
	struct snapshot_connections connections;
	struct snapshot_reload reload;
	struct snapshot_upgrade upgrade;
	struct snapshot_probe probe;
	struct snapshot_log log;
	struct snapshot_process process;
	struct snapshot_oldest oldest;
	unsigned listener_count;
	struct snapshot_listener listener[SNAPSHOT_LISTENERS];
};

/*
 * Add to a counter; if the sum is too large, the counter stays at its maximum.
 */
static inline void
snapshot_add(uint64_t *counter, uint64_t n)
{
	*counter = n > UINT64_MAX - *counter ? UINT64_MAX : *counter + n;
}

#endif
