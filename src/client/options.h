/* SPDX-License-Identifier: ISC */
/*
 * options: what the command line asks for; the strings belong to argv.
 */
#ifndef ECHOC_OPTIONS_H
#define ECHOC_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "client/core/sizes.h"
#include "client/core/threshold.h"

enum mode {
	MODE_TRANSCRIPT,
	MODE_SEND,
	MODE_PING,
	MODE_BENCH,
	MODE_WAIT,
	MODE_COUNT
};

enum action { ACTION_RUN, ACTION_HELP, ACTION_VERSION };
enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_CSV };
enum progress_form { PROGRESS_AUTO, PROGRESS_PLAIN, PROGRESS_NONE };

enum { OPTIONS_LIST = 16 };

/* The values of an option that can be given several times. */
struct list {
	const char *item[OPTIONS_LIST];
	unsigned count;
};

struct options {
	int argc; /* the command line itself */
	char **argv;
	enum mode mode;
	enum action action;

	/* the server, and how to connect */
	struct list words; /* HOST [PORT] as given */
	struct list ports; /* of -p; more than one is an error */
	bool only_v4, only_v6;
	struct list resolve;
	struct list interfaces;
	int64_t eyeballs_ns; /* 0: one address after the other */
	int64_t timeout_ns;
	bool nagle;

	/* output */
	bool quiet;
	unsigned verbose;
	bool json;
	int format;		 /* enum format; FORMAT_TEXT: not given */
	struct timespec started; /* start of the run; see document_begin() */
	const char *output;	 /* NULL: none, "-": stdout */
	int color;		 /* enum when */
	int progress;		 /* enum progress_form */

	/* transcript, send, wait */
	bool easy;
	const char *message;
	const char *file;
	bool escape;
	bool keep_open; /* --no-half-close */
	int64_t chunk;

	/* ping, wait */
	int64_t count; /* 0: no limit */
	int64_t interval_ns;
	int64_t deadline_ns; /* 0: none */
	int64_t size;
	bool outstanding; /* show the oldest unanswered probe */
	unsigned dates;
	bool adaptive, flood;
	bool fresh; /* --reconnect: a new connection for each probe */

	/* bench */
	int64_t connections;
	int64_t duration_ns;
	int64_t messages; /* 0: measure for duration_ns */
	struct sizes sizes;
	int64_t rate;	   /* 0: closed loop */
	int64_t reconnect; /* messages per connection, 0: no limit */
	int64_t pipeline;
	int64_t threads;   /* 0: chosen from the number of CPUs */
	int64_t warmup_ns; /* -1: chosen from duration_ns */
	int64_t connect_rate;
	int64_t connect_concurrency;
	int no_verify;
	uint32_t percentile[OPTIONS_LIST];
	unsigned percentiles;
	struct threshold fail_if[OPTIONS_LIST];
	unsigned thresholds;
	int64_t max_error; /* in units of 1/PERCENT percent */
	int histogram;	   /* enum when */
	const char *hdr;   /* --hdr FILE */
	const char *log;
	const char *plot;
	bool json_stream;
	const char *label;
	int64_t seed;
};

#endif
