/* SPDX-License-Identifier: ISC */
/*
 * misuse: what is wrong with an option that getopt_long(3) has refused, and
 * what may have been meant.
 */
#ifndef ECHOC_MISUSE_H
#define ECHOC_MISUSE_H

struct failure;
struct options;

/*
 * `word` is where the option stands and c what getopt_long(3) returned for it,
 * '?' or ':'.  Always returns -1, with OUTCOME_USAGE.
 */
int misuse_option(const struct options *, int c, const char *word,
    struct failure *);

#endif
