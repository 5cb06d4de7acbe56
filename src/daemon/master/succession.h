/* SPDX-License-Identifier: ISC */
/*
 * succession: the steps of an upgrade in the lives of both masters: the new one
 * takes the service when the old one yields it; the old one lets go of it, and
 * takes it back if the new one dies soon.
 */
#ifndef ECHOD_SUCCESSION_H
#define ECHOD_SUCCESSION_H

#include <stdint.h>

struct errbuf;
struct master;

/*
 * Begin an upgrade.  -1 with the reason in err when it is refused or cannot
 * begin, which the log has been told.  Its outcome becomes known later
 * (tell_outcome()).
 */
int succession_begin(struct master *, int64_t now_ms, struct errbuf *);

/*
 * Take what the other master has said, and do it.  Returns the clock_ms() to
 * call it again at, INT64_MAX: only at events.
 */
int64_t succession_step(struct master *, int64_t now_ms);

#endif
