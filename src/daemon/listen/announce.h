/* SPDX-License-Identifier: ISC */
/*
 * announce: says where listeners are, and where they come from.
 */
#ifndef ECHOD_ANNOUNCE_H
#define ECHOD_ANNOUNCE_H

struct config;
struct listener;
struct listener_set;

/*
 * Log the address of each listener whose address the log does not have yet; and
 * a line if its queue is shorter than the configured backlog.
 */
void announce_listeners(struct listener_set *, const struct config *);

/* The word for the origin of a listener, such as "inherited". */
const char *announce_origin(const struct listener *);

#endif
