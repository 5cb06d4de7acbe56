/* SPDX-License-Identifier: ISC */
/*
 * load: loads the configuration in two steps: reads the files with the rights
 * of the user who has started echod, and goes on without them.
 */
#ifndef ECHOD_LOAD_H
#define ECHOD_LOAD_H

struct config;
struct config_found;
struct errbuf;
struct options;
struct origin;
struct text;

/*
 * Read the files.  The first one may be missing unless -c names it or it was
 * found at the load before.  Files that change while they are read are read
 * again, for about a second.
 * Returns 0, or an exit status of sysexits.h with the reason in err.
 */
int load_read(struct text *, const struct options *,
    const struct config_found *before, struct errbuf *);

/*
 * Fill the configuration and its origins from the defaults, the text and the
 * command line, in this order, and check it.  No name is resolved yet.  What a
 * file has lost since the load before is an error: the file is being written.
 * Returns 0, or an exit status of sysexits.h with the reason in err.
 */
int load_config(struct config *, const struct text *, const struct options *,
    const struct config_found *before, struct origin *origins, struct errbuf *);

#endif
