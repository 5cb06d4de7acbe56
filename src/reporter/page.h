/* SPDX-License-Identifier: ISC */
/*
 * page: a snapshot as a page for people (HTML).  It needs nothing from anywhere
 * else, runs no script, and loads itself again after some seconds.
 */
#ifndef ECHOD_PAGE_H
#define ECHOD_PAGE_H

struct snapshot;

enum { PAGE_SECONDS = 5 }; /* until a browser loads it again */

/* The page, to be freed; NULL: there is no memory. */
char *page_write(const struct snapshot *);

#endif
