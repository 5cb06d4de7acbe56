/* SPDX-License-Identifier: ISC */
/*
 * forker: the process from which the workers of a generation are cloned.
 *
 * To confine a process costs as much as to fork it, and more with a long list
 * of allowed calls.  So the forker is confined once, and each of its clones is
 * born confined.  It faces no client, and the workers are children of the
 * master, not of the forker (CLONE_PARENT).  So nothing depends on its life: if
 * it dies, the master starts another.
 */
#ifndef ECHOD_FORKER_H
#define ECHOD_FORKER_H

#include <stdint.h>

struct worker_job;

/* From the master: make a worker for this slot. */
struct forker_request {
	uint32_t slot;
	uint32_t unused;
	uint64_t max_connections; /* see struct worker_job */
};

#define FORKER_READY UINT32_MAX /* in the place of a slot */

/*
 * To the master, which is told the sender by the kernel.  With error 0 it is
 * from a worker that has been born, or from the forker if that is ready.  Any
 * other error is that of clone(2), and comes from the forker.
 */
struct forker_answer {
	uint32_t slot;
	int32_t error; /* errno */
};

/*
 * Be confined, then clone a worker for each request that comes from `link`,
 * until the master closes it.  Never returns in any of these processes.  The
 * job is the same for all workers, except for what is in a request.
 */
_Noreturn void forker_main(struct worker_job *, int link);

#endif
