/* SPDX-License-Identifier: ISC */
/*
 * config: the configuration as plain data.
 *
 * struct config has no pointers: the loader sends it through a pipe.  The
 * master and its children only use configurations that are complete and
 * checked.
 */
#ifndef ECHOD_CONFIG_H
#define ECHOD_CONFIG_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/addr.h"
#include "config/access.h"

#define CONFIG_PORT "10000"	   /* where none is given */
#define CONFIG_CONTROL_AUTO "auto" /* where the service manager wants it */

enum {
	CONFIG_FILES = 65,	/* the first one, and what it includes */
	CONFIG_LISTEN = 64,	/* entries of `listen` */
	CONFIG_ADDRESSES = 128, /* what they resolve to */
	CONFIG_METRICS = 2,	/* addresses of metrics.address */
	CONFIG_NAME = 64,	/* a user, a group, an ident */
	CONFIG_PATH = 1024,
	CONFIG_WORKERS = 20000, /* bound of workers.max */
	CONFIG_RATE = 10000,	/* bound of access.rate_per_source */
	CONFIG_CONTROL = 104,	/* room for the path of a socket, see place.h */
};

/* One entry of `listen` as it was written; "" is every address. */
struct config_listen {
	char address[ADDR_HOST];
	char port[ADDR_PORT];
	/* In listen_file: of the entry, or of the list if the entry is in
	 * another file. */
	unsigned line;
};

/* One address to listen on. */
struct config_address {
	struct addr addr;
	/* A name or wildcard stands for this address among others: it is
	 * skipped if the kernel does not support its family. */
	bool optional;
	unsigned line; /* of its entry, when there is a listen_file */
};

/*
 * Whether echod goes on if the kernel, or this build, has no filters of system
 * calls.
 */
enum sandbox_choice { SANDBOX_REQUIRED, SANDBOX_BEST_EFFORT, SANDBOX_OFF };

/*
 * What a watchdog is told: that echod lives (plain); and beside that the result
 * of self-probes, which is only reported (probe), or ends echod (strict).
 */
enum watchdog_choice { WATCHDOG_PROBE, WATCHDOG_PLAIN, WATCHDOG_STRICT };

enum log_target { LOG_TO_SYSLOG, LOG_TO_STDERR };

struct config_log {
	char ident[CONFIG_NAME];
	int facility; /* LOG_DAEMON etc. of syslog(3) */
	int level;    /* LOG_ERR to LOG_DEBUG */
	int to;	      /* enum log_target */
};

/* The control socket. */
struct config_control {
	char path[CONFIG_PATH]; /* "": none; CONFIG_CONTROL_AUTO */
	char group[CONFIG_NAME];
	gid_t gid; /* of group; (gid_t)-1: there is none */
};

/* The limits for one client network. */
struct config_sources {
	int64_t max;	 /* connections at a time; 0 = no bound */
	int64_t rate;	 /* new ones a second; 0 = no bound */
	int64_t prefix4; /* bits of an IPv4 address that are a network */
	int64_t prefix6; /* and of an IPv6 address */
};

/* Where HTTP requests about echod are answered. */
struct config_metrics {
	char address[ADDR_HOST]; /* as it was written; "": nowhere */
	int64_t port;
	unsigned count;
	struct config_address at[CONFIG_METRICS]; /* what it stands for */
};

/*
 * What a load has found, so that the next one notices a file that has become
 * empty.
 */
struct config_found {
	bool file;
	bool settings; /* at least one in it, or in what it includes */
	/* A mark of each included file with text, see inventory_mark(). */
	uint64_t with_text[CONFIG_FILES];
};

/* How long each of these may take; 0 = without a limit. */
struct config_timeouts {
	int64_t idle_ms;      /* until a client sends something */
	int64_t send_ms;      /* until it takes something */
	int64_t lifetime_ms;  /* a connection as a whole */
	int64_t drain_ms;     /* one that goes on after a stop or a reload */
	int64_t defer_ms;     /* one without data, in the kernel */
	int64_t probation_ms; /* the next master, after an upgrade */
	/* From TERM until new clients are refused; 0 = at once. */
	int64_t lame_duck_ms;
};

struct config {
	struct config_found found;
	char listen_file[CONFIG_PATH]; /* where `listen` is; "": nowhere */
	unsigned listen_count;
	struct config_listen listen[CONFIG_LISTEN];
	unsigned address_count;
	struct config_address addresses[CONFIG_ADDRESSES];
	int64_t backlog;
	int64_t buffer_size; /* bytes */
	int64_t workers_start;
	int64_t workers_min_spare;
	int64_t workers_max_spare;
	int64_t workers_max;
	int64_t workers_max_connections; /* per worker; 0 = no bound */
	struct config_timeouts timeout;
	struct access_list access;
	struct config_sources sources;
	struct config_log log;
	struct config_control control;
	struct config_metrics metrics;
	char user[CONFIG_NAME];
	char group[CONFIG_NAME];
	char chroot[CONFIG_PATH];
	char pid_file[CONFIG_PATH];
	int sandbox;  /* enum sandbox_choice */
	int watchdog; /* enum watchdog_choice */
	/* Of the workers; used only when root has started echod. */
	uid_t uid;
	gid_t gid;
};

#endif
