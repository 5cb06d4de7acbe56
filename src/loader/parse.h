/* SPDX-License-Identifier: ISC */
/*
 * parse: turns the text of a configuration into settings.  The only file that
 * knows libconfig, which can hang, abort or exit on a hostile text.
 */
#ifndef ECHOD_PARSE_H
#define ECHOD_PARSE_H

struct config;
struct errbuf;
struct origin;
struct text;

/*
 * Set what the text sets, and the origins of that, and leave the rest alone.
 * Returns -1 with the reason in err, "FILE:LINE: " in front.
 */
int parse_text(struct config *, const struct text *, struct origin *origins,
    struct errbuf *);

#endif
