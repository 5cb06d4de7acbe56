/* SPDX-License-Identifier: ISC */
/*
 * worker: the life of a worker from its preparation to its exit.
 */
#ifndef ECHOD_WORKER_H
#define ECHOD_WORKER_H

struct worker_job;

/*
 * Prepare this process to become a worker, or a forker whose clones become
 * workers: signals, a buffer, and the whole confinement (birth_confine()).
 * Does not return if that fails.
 */
void worker_prepare(const struct worker_job *, const char *name, int link);

/*
 * Be a worker.  worker_prepare() has been called in this process, or in the one
 * that it is a clone of.  Never returns.  Exit status: 0 left in order, 77
 * could not drop its privileges, 71 another failure of the system (sysexits.h).
 */
_Noreturn void worker_main(const struct worker_job *);

#endif
