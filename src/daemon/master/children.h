/* SPDX-License-Identifier: ISC */
/*
 * children: finds out which of the master's children have been born, stopped or
 * ended, and tells the module that each of them belongs to: the pool, the
 * reload, the autoscale, the logger, the reporter or the upgrade.
 */
#ifndef ECHOD_CHILDREN_H
#define ECHOD_CHILDREN_H

#include <stdbool.h>
#include <stdint.h>

struct autoscale;
struct reload;
struct upgrade;

/*
 * Find out which of the requested workers have been born, and which will never
 * be.
 */
void children_hear(struct reload *, struct autoscale *, int64_t now_ms);

/*
 * After a SIGCHLD: reap the children that have ended, and note which were
 * stopped or continued.  Returns 0, or the errno of a call that failed; then
 * call this again a little later.
 */
int children_reap(struct reload *, struct autoscale *, struct upgrade *,
    int64_t now_ms);

#endif
