/* SPDX-License-Identifier: ISC */
/*
 * errbuf: carries an error message from the function that failed to the one
 * that reports it.  It never prints and never ends a process.
 */
#ifndef ECHOD_ERRBUF_H
#define ECHOD_ERRBUF_H

struct errbuf {
	char text[512];
};

/* Like printf(3); what does not fit is cut out of the middle.  Returns -1. */
int errbuf_set(struct errbuf *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The same, with ": " and strerror(errno) at the end; errno is preserved. */
int errbuf_sys(struct errbuf *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Put a prefix, such as "FILE:LINE: ", before the message. */
int errbuf_prefix(struct errbuf *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Replace control characters by '?', which could control a terminal. */
void errbuf_clean(struct errbuf *);

#endif
