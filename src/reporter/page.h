/* SPDX-License-Identifier: ISC */
/*
 * page: a snapshot as a page for people (HTML).  The page loads nothing else,
 * runs no script, and is loaded again by the browser after some seconds.
 */
#ifndef ECHOD_PAGE_H
#define ECHOD_PAGE_H

struct snapshot;

enum { PAGE_SECONDS = 5 }; /* until a browser loads it again */

/* The page, to be freed; NULL: there is no memory. */
char *page_write(const struct snapshot *);

#endif
