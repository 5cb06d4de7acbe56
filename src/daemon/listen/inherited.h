/* SPDX-License-Identifier: ISC */
/*
 * inherited: takes the listeners that a service manager has passed to echod
 * (sd_listen_fds(3)).  Those of socket units stay the manager's; those that it
 * has stored for an earlier echod (store.h) are ours.
 */
#ifndef ECHOD_INHERITED_H
#define ECHOD_INHERITED_H

#include <stdio.h>

#include "daemon/listen/listener.h"

struct errbuf;

/*
 * Make a set of the descriptors that were passed, which environment() counts.
 * Each is made non-blocking and close-on-exec, and gets a fixed number.  -1
 * with the reason in err if one of them is not a listening TCP socket.
 */
int inherited_take(struct listener_set *, struct errbuf *);

/*
 * Why a descriptor of this origin cannot be a listener of ours; NULL: it can.
 * Then inherited_wrap() makes it one, and fills in its addresses; -1 with
 * errno.
 */
const char *inherited_fault(int fd, enum listener_origin);
int inherited_wrap(struct listener *, int fd);

/*
 * Log at a start if the descriptors that the environment tells of are meant for
 * another process.
 */
void inherited_report(void);

/*
 * Print, as comments of a configuration, where each listener would come from if
 * echod started now; nothing if all would be opened by echod.
 */
void inherited_print(const struct listener_set *, const struct config *,
    FILE *out);

#endif
