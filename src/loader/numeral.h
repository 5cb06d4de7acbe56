/* SPDX-License-Identifier: ISC */
/*
 * numeral: checks a number in the text of a configuration before libconfig sees
 * it.  libconfig 1.5 reads 4294967303 as 7; 010 is 8 or 10, depending on its
 * version; and its only message about 1_000 is "syntax error".
 */
#ifndef ECHOD_NUMERAL_H
#define ECHOD_NUMERAL_H

struct errbuf;

/*
 * Returns the end of the number that starts at p; NULL with the reason in err
 * if libconfig would not read the number, or not as it is meant.
 */
const char *numeral_check(const char *p, struct errbuf *);

#endif
