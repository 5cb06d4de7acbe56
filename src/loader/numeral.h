/* SPDX-License-Identifier: ISC */
/*
 * numeral: a number in the text of a configuration, before libconfig sees it.
 *
 * libconfig 1.5 reads 4294967303 as 7, and 010 as 8 or as 10; of 1_000 it has
 * nothing to say but "syntax error".
 */
#ifndef ECHOD_NUMERAL_H
#define ECHOD_NUMERAL_H

struct errbuf;

/*
 * Look at the number that starts at p.  Returns where the text goes on behind
 * it; NULL with the reason in err when libconfig would not read it, or not as
 * it is meant.
 */
const char *numeral_check(const char *p, struct errbuf *);

#endif
