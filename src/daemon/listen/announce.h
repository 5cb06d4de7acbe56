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
 * Log the address of each listener that has not been reported yet, and that its
 * queue is shorter than the backlog of the configuration.
 */
void announce_listeners(struct listener_set *, const struct config *);

/* Where it comes from, in a word or two: "inherited". */
const char *announce_origin(const struct listener *);

#endif
