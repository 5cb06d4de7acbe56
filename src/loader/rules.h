/* SPDX-License-Identifier: ISC */
/*
 * rules: checks what must hold between settings, and for single settings beyond
 * their bounds.
 */
#ifndef ECHOD_RULES_H
#define ECHOD_RULES_H

struct config;
struct errbuf;
struct origin;

/*
 * Check the configuration.  A default gives way to what was written; two
 * written values that exclude each other are an error.  Returns -1 with the
 * reason in err, the place in front.
 */
int rules_check(struct config *, const struct origin *origins, struct errbuf *);

#endif
