/* SPDX-License-Identifier: ISC */
/*
 * errbuf: carries one human sentence from the place that failed to the place
 * that reports it.  It never prints and never ends a process.
 */
#ifndef ECHOD_ERRBUF_H
#define ECHOD_ERRBUF_H

struct errbuf {
	char text[512];
};

/*
 * Write the sentence, printf(3) fashion; if it does not fit, its middle is cut
 * out.  Always returns -1, so that a failing function can end in
 * `return errbuf_set(err, ...)`.
 */
int errbuf_set(struct errbuf *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The same, with ": " and strerror(errno) at the end; errno is preserved. */
int errbuf_sys(struct errbuf *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Put a prefix before the sentence that is there ("FILE:LINE: "). */
int errbuf_prefix(struct errbuf *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Replace control characters by '?': a terminal must not obey a file. */
void errbuf_clean(struct errbuf *);

#endif
