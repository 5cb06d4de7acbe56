/* SPDX-License-Identifier: ISC */
/*
 * usage: adds up what all processes of this echod use of the machine.
 */
#ifndef ECHOD_USAGE_H
#define ECHOD_USAGE_H

#include <sys/types.h>

#include "snapshot/snapshot.h"

struct logger;
struct pool;

/*
 * Processor time is read from the clock of each process, by one system call.
 * Memory and descriptors are read from /proc, if this process may look there
 * and there are at most 512 workers, so that the master never needs long;
 * otherwise they are 0.  A reporter of pid 0 means that there is none.
 */
void usage_measure(const struct pool *, const struct logger *, pid_t reporter,
    struct snapshot_process *);

#endif
