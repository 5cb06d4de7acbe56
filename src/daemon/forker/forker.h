/* SPDX-License-Identifier: ISC */
/*
 * forker: the process from which the workers of a generation are cloned.
 *
 * To confine a process costs as much as to fork it, and more with a long list
 * of allowed calls.  The forker is confined once, and each worker is born with
 * all of it.  It faces no client, and its workers are children of the master,
 * not of itself (CLONE_PARENT), so nothing depends on its life: if it dies, the
 * master starts another.
 */
#ifndef ECHOD_FORKER_H
#define ECHOD_FORKER_H

#include <stdint.h>

struct worker_job;

/* From the master: a worker for this slot is wanted. */
struct forker_request {
	uint32_t slot;
	uint32_t unused;
	uint64_t max_connections; /* see struct worker_job */
};

#define FORKER_READY UINT32_MAX /* in the place of a slot */

/*
 * To the master; the kernel names the sender.  With error 0 the worker itself
 * says that it has been born, or the forker that it is ready.  Any other is
 * that of a clone that failed, and comes from the forker.
 */
struct forker_answer {
	uint32_t slot;
	int32_t error; /* errno */
};

/*
 * Be confined, then clone a worker for each request that comes from `link`,
 * until the master closes it.  Never returns in any of these processes.  The
 * job is that of each worker, but for what is in the request.
 */
_Noreturn void forker_main(struct worker_job *, int link);

#endif
