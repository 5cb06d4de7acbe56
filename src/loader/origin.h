/* SPDX-License-Identifier: ISC */
/*
 * origin: where a setting was written, for messages.
 */
#ifndef ECHOD_ORIGIN_H
#define ECHOD_ORIGIN_H

struct errbuf;

/* An array of these is parallel to settings[]. */
struct origin {
	enum { ORIGIN_DEFAULT, ORIGIN_FILE, ORIGIN_OPTION } from;
	const char *file; /* the text's */
	unsigned line;
};

/*
 * Put the place where a setting was written, and its path, in front of the
 * reason in err: "FILE:LINE: user: ".  Always returns -1.
 */
int origin_blame(const struct origin *origins, const char *path,
    struct errbuf *);

#endif
