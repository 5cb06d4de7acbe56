/* SPDX-License-Identifier: ISC */
/*
 * override: what the command line says about the configuration, on top of
 * what the file says: -l and -o, and what -F, -d and -p stand for.
 */
#ifndef ECHOD_OVERRIDE_H
#define ECHOD_OVERRIDE_H

struct config;
struct origin;
struct errbuf;
struct options;

/* Returns -1 with the reason in err, the option in front. */
int override_apply(struct config *, const struct options *,
    struct origin *origins, struct errbuf *);

#endif
