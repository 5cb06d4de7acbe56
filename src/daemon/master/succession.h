/* SPDX-License-Identifier: ISC */
/*
 * succession: the part of an upgrade that concerns the service.  The old master
 * lets go of it when the new one is ready, and takes it back if that one dies
 * soon; the new master takes the service when the old one lets go.
 */
#ifndef ECHOD_SUCCESSION_H
#define ECHOD_SUCCESSION_H

#include <stdint.h>

struct errbuf;
struct master;

/*
 * Begin an upgrade.  -1 with the reason in err, which is also in the log, if it
 * is refused or cannot begin.  How it ends is told later (tell_outcome()).
 */
int succession_begin(struct master *, int64_t now_ms, struct errbuf *);

/*
 * Read what the other master has said, and do what follows from it.  Returns
 * the clock_ms() to call this again at, INT64_MAX: only at events.
 */
int64_t succession_step(struct master *, int64_t now_ms);

#endif
