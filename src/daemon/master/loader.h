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

enum { LOADER_MS = 10000 }; /* for a file and the names in it */

/* One load under way; owns the process, the pipe and the message. */
struct loader {
	pid_t pid;	     /* 0: none, or reaped */
	int fd;		     /* readable when there is something; -1 */
	int64_t deadline_ms; /* clock_ms() */
	const char *program; /* that is executed */
	size_t have;	     /* bytes of *load that have come */
	struct message *load;
};

/*
 * Start a load, of the program opt->loader; `now` is the configuration in
 * force, NULL at a start.  -1 with the reason in err when there is no process.
 */
int loader_start(struct loader *, const struct options *,
    const struct config *now, struct errbuf *);

/* Take what has come.  True: it is over, and loader->load says how it went. */
bool loader_step(struct loader *);

/* The caller reaped this child; true when it was the loader. */
bool loader_reaped(struct loader *, pid_t);

/* Free everything; ends the process if it still runs. */
void loader_close(struct loader *);

/* Load for a start, not for a reload, and wait; the caller frees the result. */
struct message *loader_run(const struct options *, struct errbuf *);

#endif
