/* SPDX-License-Identifier: ISC */
/*
 * birth: what a process gives up before it may face a client.
 */
#ifndef ECHOD_BIRTH_H
#define ECHOD_BIRTH_H

struct errbuf;
struct worker_job;

/*
 * Keep the descriptors of the job and `link` (-1: none), take this name
 * (process_name()), and be confined.  Returns only if all of it is done.
 */
void birth_confine(const struct worker_job *, const char *name, int link);

/* The end of a process that cannot become a worker: say why, and exit. */
_Noreturn void birth_fail(const struct worker_job *, const struct errbuf *,
    int status);

#endif
