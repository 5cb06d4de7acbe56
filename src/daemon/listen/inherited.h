/* SPDX-License-Identifier: ISC */
/*
 * inherited: listeners that a service manager has passed on (sd_listen_fds(3)):
 * those of socket units, which stay theirs, and those of an earlier echod that
 * it has stored (store.h), which are ours.
 */
#ifndef ECHOD_INHERITED_H
#define ECHOD_INHERITED_H

#include <stdio.h>

#include "daemon/listen/listener.h"

struct errbuf;

/*
 * Make a set of the descriptors that environment() counts.  Each is made
 * non-blocking and close-on-exec, and gets a fixed number.  -1 with a reason:
 * one of them is no TCP socket that listens.
 */
int inherited_take(struct listener_set *, struct errbuf *);

/*
 * Why a descriptor is no listener for us, one that comes from there; NULL: it is
 * one.  To make it one, with the fields that tell where it is; -1 with errno.
 */
const char *inherited_fault(int fd, enum listener_origin);
int inherited_wrap(struct listener *, int fd);

/* Log at a start that descriptors were passed that are for somebody else. */
void inherited_report(void);

/*
 * Print, as comments of a configuration, where each listener of a start would
 * come from; nothing when none of them comes from outside.
 */
void inherited_print(const struct listener_set *, const struct config *,
    FILE *out);

#endif
