/* SPDX-License-Identifier: ISC */
/*
 * children: who of the master's children was born, stopped or ended; the pool,
 * the reload, the autoscale, the logger or the upgrade is told.
 */
#ifndef ECHOD_CHILDREN_H
#define ECHOD_CHILDREN_H

#include <stdbool.h>
#include <stdint.h>

struct autoscale;
struct reload;
struct upgrade;

/* Workers have been born, or those that were requested will not come. */
void children_hear(struct reload *, struct autoscale *, int64_t now_ms);

/* After a SIGCHLD.  0, or an errno: ask again later. */
int children_reap(struct reload *, struct autoscale *, struct upgrade *,
    int64_t now_ms);

#endif
