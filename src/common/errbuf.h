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

/*
 * Format the message like printf(3); if it does not fit, its middle is cut
 * out.  Always returns -1, so that a failing function can end in
 * `return errbuf_set(err, ...)`.
 */
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
