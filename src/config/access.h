/* SPDX-License-Identifier: ISC */
/*
 * access: decides by the address of a client whether it may be served.
 */
#ifndef ECHOD_ACCESS_H
#define ECHOD_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/addr.h"

enum { ACCESS_RULES = 1024, ACCESS_TEXT = 64 };

/* One network in CIDR notation (RFC 4632, RFC 4291 section 2.3). */
struct access_rule {
	uint8_t family; /* AF_INET or AF_INET6 */
	uint8_t bits;	/* of the prefix, 0 to 32 or 128 */
	bool deny;
	uint8_t network[16]; /* network byte order */
};

struct access_list {
	unsigned count;
	struct access_rule rules[ACCESS_RULES];
};

/*
 * Read "192.0.2.0/24" or a single address.  Bits set beyond the prefix are
 * probably a mistake, and refused.  Returns -1 with the reason in err.
 */
int access_rule_parse(struct access_rule *, const char *text, bool deny,
    struct errbuf *);

/* Write the rule as text; ACCESS_TEXT bytes are always enough. */
void access_rule_text(const struct access_rule *, char *, size_t);

/* Whether this is a valid list; it comes from another process. */
bool access_sane(const struct access_list *);

/*
 * The rule with the longest prefix that contains the address decides; of two
 * with the same prefix, deny wins.  If no rule contains the address, it is
 * allowed unless there is a rule that allows others.
 */
bool access_allows(const struct access_list *, const struct addr *);

#endif
