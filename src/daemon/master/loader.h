/* SPDX-License-Identifier: ISC */
/*
 * loader: executes echod-load, with limits and a deadline, so that no file, no
 * parser and no name service can block, exhaust or end the master.
 */
#ifndef ECHOD_LOADER_H
#define ECHOD_LOADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "config/message.h"

struct options;

enum { LOADER_MS = 10000 }; /* for reading the files and resolving names */

/* A load; owns the process, the pipe and the message. */
struct loader {
	pid_t pid;	     /* 0: none, or reaped */
	int fd;		     /* the pipe from the process; -1: none */
	int64_t deadline_ms; /* clock_ms() */
	const char *program; /* the path of echod-load */
	size_t have;	     /* bytes of *load that have come */
	struct message *load;
};

/*
 * Start a load by executing opt->loader; `now` is the configuration in force,
 * or NULL at a start.  -1 with the reason in err if it cannot be started.
 */
int loader_start(struct loader *, const struct options *,
    const struct config *now, struct errbuf *);

/*
 * Read what the process has sent, without waiting.  True when the load is over:
 * then loader->load has the configuration, or why there is none.
 */
bool loader_step(struct loader *);

/* The caller has reaped this child.  True if it was the loader. */
bool loader_reaped(struct loader *, pid_t);

/* Free everything; ends the process if it still runs. */
void loader_close(struct loader *);

/* Load as for a start, and wait for the result, which the caller frees. */
struct message *loader_run(const struct options *, struct errbuf *);

#endif
