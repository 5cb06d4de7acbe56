/* SPDX-License-Identifier: ISC */
#include "config/access.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "common/errbuf.h"
#include "common/units.h"

/* Whether the first `bits` bits are equal. */
static bool
prefix_equal(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	uint8_t mask = (uint8_t)(0xff00u >> (bits % 8));

	if (memcmp(a, b, bits / 8) != 0)
		return false;
	return bits % 8 == 0 || ((a[bits / 8] ^ b[bits / 8]) & mask) == 0;
}

int
access_rule_parse(struct access_rule *rule, const char *text, bool deny,
    struct errbuf *err)
{
	char host[ACCESS_TEXT];
	const char *slash = strchr(text, '/');
	size_t n = slash != NULL ? (size_t)(slash - text) : strlen(text);
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	int64_t bits, width;

	memset(rule, 0, sizeof(*rule));
	rule->deny = deny;
	if (n >= sizeof(host))
		return errbuf_set(err, "\"%.40s...\" is not a network", text);
	memcpy(host, text, n);
	host[n] = '\0';
	if (inet_pton(AF_INET, host, rule->network) == 1) {
		rule->family = AF_INET;
		width = 32;
	} else if (inet_pton(AF_INET6, host, rule->network) == 1) {
		rule->family = AF_INET6;
		width = 128;
	} else {
		return errbuf_set(err,
		    "\"%s\" is not a network (ADDRESS or ADDRESS/BITS)", text);
	}
	bits = width;
	if (slash != NULL &&
	    units_integer(slash + 1, 0, width, &bits, err) == -1)
		return errbuf_prefix(err, "\"%s\": prefix length ", text);
	rule->bits = (uint8_t)bits;
	/* Listeners for IPv6 are IPv6-only, so such a network would never
	 * match. */
	if (width == 128 && bits >= 96 &&
	    memcmp(rule->network, mapped, sizeof(mapped)) == 0) {
		inet_ntop(AF_INET, rule->network + 12, host, sizeof(host));
		return errbuf_set(err, "\"%s\" is IPv4: write \"%s/%d\"", text,
		    host, (int)bits - 96);
	}
	for (int64_t i = bits; i < width; i++)
		if ((rule->network[i / 8] & (0x80 >> (i % 8))) != 0)
			return errbuf_set(err,
			    "\"%s\" has bits set beyond its prefix", text);
	return 0;
}

void
access_rule_text(const struct access_rule *rule, char *buf, size_t size)
{
	char host[INET6_ADDRSTRLEN];

	inet_ntop(rule->family, rule->network, host, sizeof(host));
	snprintf(buf, size, "%s/%u", host, rule->bits);
}

bool
access_sane(const struct access_list *list)
{
	if (list->count > ACCESS_RULES)
		return false;
	for (unsigned i = 0; i < list->count; i++) {
		const struct access_rule *rule = &list->rules[i];

		if (!(rule->family == AF_INET && rule->bits <= 32) &&
		    !(rule->family == AF_INET6 && rule->bits <= 128))
			return false;
	}
	return true;
}

bool
access_allows(const struct access_list *list, const struct addr *peer)
{
	const uint8_t *bytes = NULL;
	sa_family_t family = AF_UNSPEC;
	const struct access_rule *best = NULL;
	bool any_allow = false;

	if (peer->len != 0 && peer->sa.sa_family == AF_INET) {
		family = AF_INET;
		bytes = (const uint8_t *)&peer->in.sin_addr;
	} else if (peer->len != 0) {
		family = AF_INET6;
		bytes = peer->in6.sin6_addr.s6_addr;
	}
	for (unsigned i = 0; i < list->count; i++) {
		const struct access_rule *rule = &list->rules[i];

		any_allow |= !rule->deny;
		if (bytes == NULL || rule->family != family ||
		    !prefix_equal(rule->network, bytes, rule->bits))
			continue;
		if (best == NULL || rule->bits > best->bits ||
		    (rule->bits == best->bits && rule->deny))
			best = rule;
	}
	return best != NULL ? !best->deny : !any_allow;
}
