/* SPDX-License-Identifier: ISC */
/*
 * loader: reads the configuration in a child of its own, so that no file, no
 * parser and no name service can hang, starve or end the caller.
 *
 * The child has a bound on its processor time, memory and files, the parent a
 * deadline; what crosses is one struct load through a pipe.
 */
#ifndef ECHOD_LOADER_H
#define ECHOD_LOADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/errbuf.h"
#include "config/config.h"

struct options;

enum { LOADER_MS = 10000 }; /* for a file and the names in it */

/* What comes through the pipe. */
struct load {
	int status;	      /* 0, or an exit status of sysexits.h */
	struct errbuf err;    /* why, if it is not 0 */
	struct config config; /* valid if it is 0 */
};

/* One load under way; owns the child, the pipe and the result. */
struct loader {
	pid_t pid;	     /* 0: none, or reaped */
	int fd;		     /* readable when there is something; -1 */
	int64_t deadline_ms; /* clock_ms() */
	size_t have;	     /* bytes of *load that have come */
	struct load *load;
};

/*
 * Start a load; `now` as for config_load().  -1 with the reason in err when
 * there is no child.
 */
int loader_start(struct loader *, const struct options *,
    const struct config *now, struct errbuf *);

/*
 * Take what has come, without waiting.  True when the load is over, one way
 * or the other, and loader->load tells how; the child is gone then.
 */
bool loader_step(struct loader *);

/* The caller reaped this child; true when it was the loader. */
bool loader_reaped(struct loader *, pid_t);

/* Free everything; ends the child if it still runs. */
void loader_close(struct loader *);

/* Load for a start, not for a reload, and wait; the caller frees the result. */
struct load *loader_run(const struct options *, struct errbuf *);

#endif
