/* SPDX-License-Identifier: ISC */
/*
 * birth: takes everything from a process that a worker does not need, before it
 * may face a client.
 */
#ifndef ECHOD_BIRTH_H
#define ECHOD_BIRTH_H

struct errbuf;
struct worker_job;

/*
 * Close all descriptors but those of the job and `link` (-1: none), take this
 * name (process_name()), and enter the sandbox.  Returns only if all of this
 * has succeeded.
 */
void birth_confine(const struct worker_job *, const char *name, int link);

/*
 * End a process that cannot become a worker: log why, leave the reason to the
 * master, and exit.
 */
_Noreturn void birth_fail(const struct worker_job *, const struct errbuf *,
    int status);

#endif
