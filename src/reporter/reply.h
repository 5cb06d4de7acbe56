/* SPDX-License-Identifier: ISC */
/*
 * reply: makes the replies to requests: knows which pages there are, and writes
 * each of them from a snapshot.
 */
#ifndef ECHOD_REPLY_H
#define ECHOD_REPLY_H

#include <stddef.h>

struct snapshot;

enum reply_page {
	REPLY_OVERVIEW, /* "/": for people */
	REPLY_METRICS,	/* for Prometheus */
	REPLY_HEALTH,	/* the master answers */
	REPLY_READY,	/* and takes clients */
	REPLY_STATUS,	/* all of it, as JSON */
	REPLY_PAGES,
	REPLY_NO_PAGE = REPLY_PAGES,
};

struct reply {
	unsigned status;  /* of HTTP */
	const char *type; /* "Content-Type:" */
	char *body;	  /* to be freed; NULL: there is no memory */
	size_t length;
};

/* The page at this path, or REPLY_NO_PAGE. */
enum reply_page reply_page(const char *path);

/*
 * Make the reply for a page.  NULL as the snapshot: the master does not answer.
 */
void reply_make(struct reply *, enum reply_page, const struct snapshot *);

/* Make the reply for an error, with one line of text. */
void reply_error(struct reply *, unsigned status, const char *text);

#endif
