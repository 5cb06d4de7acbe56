/* SPDX-License-Identifier: ISC */
/*
 * override: applies the command line to the configuration, after the file: -l
 * and -o, and what -F, -d and -p stand for.
 */
#ifndef ECHOD_OVERRIDE_H
#define ECHOD_OVERRIDE_H

struct config;
struct origin;
struct errbuf;
struct options;

/* Returns -1 with the reason in err, which begins with the option. */
int override_apply(struct config *, const struct options *,
    struct origin *origins, struct errbuf *);

#endif
