/* SPDX-License-Identifier: ISC */
/*
 * misuse: the error message for an option that getopt_long(3) does not accept.
 */
#ifndef ECHOC_MISUSE_H
#define ECHOC_MISUSE_H

struct failure;
struct options;

/*
 * `word` is the argument that contains the option, c what getopt_long(3)
 * returned for it: '?' or ':'.  Always returns -1, with OUTCOME_USAGE.
 */
int misuse_option(const struct options *, int c, const char *word,
    struct failure *);

#endif
