/* SPDX-License-Identifier: ISC */
/*
 * usage: what all processes of this echod together use of the machine.
 */
#ifndef ECHOD_USAGE_H
#define ECHOD_USAGE_H

#include "snapshot/snapshot.h"

struct logger;
struct pool;

/*
 * Processor time takes one system call a process, by its clock.  Memory and
 * descriptors come from /proc, as far as this process may look there, and of at
 * most 512 workers, so that the master never needs long for it; otherwise they
 * are 0.
 */
void usage_measure(const struct pool *, const struct logger *,
    struct snapshot_process *);

#endif
