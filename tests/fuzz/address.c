/* SPDX-License-Identifier: ISC */
/*
 * address: addresses and ports as they are written, and the networks of
 * access.allow and access.deny: what is accepted reads as the same when it is
 * written again, and the rule that decides is the one that a slower and simpler
 * search finds.
 */
#include "fuzz.h"

#include "common/addr.h"
#include "common/errbuf.h"
#include "config/access.h"

static void
check_literal(const char *text)
{
	char whole[ADDR_TEXT], host[ADDR_HOST], port[ADDR_PORT],
	    alone[ADDR_TEXT];
	struct addr addr, again;
	struct errbuf err;

	if (addr_from_literal(&addr, text, 7) == -1)
		return;
	MUST(addr_sane(&addr));
	MUST(addr_port(&addr) == 7);
	addr_text(&addr, whole, sizeof(whole));
	MUST(addr_split(whole, host, port, &err) == 0);
	MUST(strcmp(port, "7") == 0);
	addr_host(&addr, alone, sizeof(alone));
	MUST(strcmp(host, alone) == 0);
	MUST(addr_from_literal(&again, host, 7) == 0);
	MUST(addr_equal(&addr, &again));
}

static void
check_split(const char *text)
{
	char host[ADDR_HOST], port[ADDR_PORT];
	struct errbuf err = { "" };

	if (addr_split(text, host, port, &err) == -1) {
		MUST(memchr(err.text, '\0', sizeof(err.text)) != NULL);
		MUST(err.text[0] != '\0');
		return;
	}
	MUST(memchr(host, '\0', sizeof(host)) != NULL);
	MUST(memchr(port, '\0', sizeof(port)) != NULL);
	MUST(strstr(text, host) != NULL && strstr(text, port) != NULL);
	MUST(port[0] == '\0' || addr_check_port(port, &err) == 0);
}

/* Whether the bits of the network are those of the address. */
static bool
covers(const struct access_rule *rule, const struct addr *addr)
{
	const uint8_t *bytes = addr->sa.sa_family == AF_INET ?
	    (const uint8_t *)&addr->in.sin_addr :
	    addr->in6.sin6_addr.s6_addr;

	if (rule->family != addr->sa.sa_family)
		return false;
	for (unsigned i = 0; i < rule->bits; i++)
		if (((bytes[i / 8] ^ rule->network[i / 8]) & 0x80 >> i % 8) !=
		    0)
			return false;
	return true;
}

/* Bit by bit, from the longest prefix to the shortest. */
static bool
allowed(const struct access_list *list, const struct addr *addr)
{
	bool any = false, found;

	for (int bits = 128; bits >= 0; bits--) {
		found = false;
		for (unsigned i = 0; i < list->count; i++) {
			const struct access_rule *rule = &list->rules[i];

			if (rule->bits != bits || !covers(rule, addr))
				continue;
			if (rule->deny)
				return false;
			found = true;
		}
		if (found)
			return true;
	}
	for (unsigned i = 0; i < list->count; i++)
		any |= !list->rules[i].deny;
	return !any;
}

static void
take_rule(struct access_list *list, const char *text)
{
	struct access_rule *rule = &list->rules[list->count], again;
	struct errbuf err = { "" };
	char buf[ACCESS_TEXT];

	if (access_rule_parse(rule, text + 1, text[0] == '-', &err) == -1) {
		MUST(err.text[0] != '\0');
		return;
	}
	access_rule_text(rule, buf, sizeof(buf));
	MUST(access_rule_parse(&again, buf, rule->deny, &err) == 0);
	MUST(memcmp(rule, &again, sizeof(again)) == 0);
	list->count++;
	MUST(access_sane(list));
}

/* Lines: addresses, and rules with a sign in front, in any order. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct access_list list;
	char *text = rest(&(struct bytes){ data, size }), *save;
	struct addr addr;

	list.count = 0;
	for (char *line = strtok_r(text, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		check_literal(line);
		check_split(line);
		if ((line[0] == '-' || line[0] == '+') && list.count < 40)
			take_rule(&list, line);
		else if (addr_from_literal(&addr, line, 0) == 0)
			MUST(access_allows(&list, &addr) ==
			    allowed(&list, &addr));
	}
	free(text);
	return 0;
}
