/* SPDX-License-Identifier: ISC */
/*
 * worker: the life of a worker from its preparation to its exit.
 */
#ifndef ECHOD_WORKER_H
#define ECHOD_WORKER_H

struct worker_job;

/*
 * What needs to be done once for all workers of a job: signals, a buffer, and
 * all of the confinement (birth_confine()).  Does not return when it fails.
 */
void worker_prepare(const struct worker_job *, const char *name, int link);

/*
 * The life of a worker; this process, or the one that it was cloned of, has
 * been prepared.  Never returns.  Exit status: 0 left in order, 77 could not
 * drop its privileges, 71 another failure of the system (sysexits.h).
 */
_Noreturn void worker_main(const struct worker_job *);

#endif
