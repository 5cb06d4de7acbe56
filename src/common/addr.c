/* SPDX-License-Identifier: ISC */
#include "common/addr.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/errbuf.h"
#include "common/units.h"

void
addr_from_sockaddr(struct addr *a, const struct sockaddr *sa, socklen_t len)
{
	memset(a, 0, sizeof(*a));
	if (len >= sizeof(a->in) && sa->sa_family == AF_INET) {
		memcpy(&a->in, sa, sizeof(a->in));
		a->len = sizeof(a->in);
	} else if (len >= sizeof(a->in6) && sa->sa_family == AF_INET6) {
		memcpy(&a->in6, sa, sizeof(a->in6));
		a->len = sizeof(a->in6);
	}
}

void
addr_unmap(struct addr *a)
{
	struct addr four;

	if (a->len == 0 || a->sa.sa_family != AF_INET6 ||
	    !IN6_IS_ADDR_V4MAPPED(&a->in6.sin6_addr))
		return;
	addr_wildcard(&four, AF_INET, addr_port(a));
	memcpy(&four.in.sin_addr, &a->in6.sin6_addr.s6_addr[12],
	    sizeof(four.in.sin_addr));
	*a = four;
}

/* The interface of an IPv6 address, by name or number; false: it is neither. */
static bool
read_scope(struct sockaddr_in6 *in6, const char *text)
{
	char *end;
	unsigned long long number;

	if (IN6_IS_ADDR_LINKLOCAL(&in6->sin6_addr) ||
	    IN6_IS_ADDR_MC_LINKLOCAL(&in6->sin6_addr))
		in6->sin6_scope_id = if_nametoindex(text);
	if (in6->sin6_scope_id != 0)
		return true;
	if (!isdigit((unsigned char)text[0]))
		return false;
	number = strtoull(text, &end, 10);
	in6->sin6_scope_id = (uint32_t)number;
	return *end == '\0' && number <= UINT32_MAX;
}

/* Not by getaddrinfo(3), which a static program cannot do without libraries. */
int
addr_from_literal(struct addr *a, const char *text, uint16_t port)
{
	const char *scope = strchr(text, '%');
	size_t n = scope != NULL ? (size_t)(scope - text) : strlen(text);
	char host[INET6_ADDRSTRLEN];

	if (n >= sizeof(host))
		return -1;
	memcpy(host, text, n);
	host[n] = '\0';
	addr_wildcard(a, strchr(host, ':') != NULL ? AF_INET6 : AF_INET, port);
	if (a->sa.sa_family == AF_INET)
		return scope == NULL &&
			inet_pton(AF_INET, host, &a->in.sin_addr) == 1 ?
		    0 :
		    -1;
	if (inet_pton(AF_INET6, host, &a->in6.sin6_addr) != 1)
		return -1;
	return scope == NULL || read_scope(&a->in6, scope + 1) ? 0 : -1;
}

void
addr_wildcard(struct addr *a, sa_family_t family, uint16_t port)
{
	memset(a, 0, sizeof(*a));
	a->sa.sa_family = family;
	if (family == AF_INET6) {
		a->in6.sin6_port = htons(port);
		a->len = sizeof(a->in6);
	} else {
		a->in.sin_port = htons(port);
		a->len = sizeof(a->in);
	}
}

bool
addr_sane(const struct addr *a)
{
	return (a->sa.sa_family == AF_INET && a->len == sizeof(a->in)) ||
	    (a->sa.sa_family == AF_INET6 && a->len == sizeof(a->in6));
}

bool
addr_equal(const struct addr *a, const struct addr *b)
{
	if (a->len != b->len)
		return false;
	if (a->len == 0)
		return true;
	if (a->sa.sa_family != b->sa.sa_family || addr_port(a) != addr_port(b))
		return false;
	if (a->sa.sa_family == AF_INET)
		return a->in.sin_addr.s_addr == b->in.sin_addr.s_addr;
	return a->in6.sin6_scope_id == b->in6.sin6_scope_id &&
	    memcmp(&a->in6.sin6_addr, &b->in6.sin6_addr,
		sizeof(a->in6.sin6_addr)) == 0;
}

bool
addr_is_wildcard(const struct addr *a)
{
	if (a->len == 0)
		return false;
	if (a->sa.sa_family == AF_INET)
		return a->in.sin_addr.s_addr == htonl(INADDR_ANY);
	return IN6_IS_ADDR_UNSPECIFIED(&a->in6.sin6_addr);
}

bool
addr_lacks_scope(const struct addr *a)
{
	return a->len != 0 && a->sa.sa_family == AF_INET6 &&
	    IN6_IS_ADDR_LINKLOCAL(&a->in6.sin6_addr) &&
	    a->in6.sin6_scope_id == 0;
}

uint16_t
addr_port(const struct addr *a)
{
	if (a->len == 0)
		return 0;
	return ntohs(
	    a->sa.sa_family == AF_INET ? a->in.sin_port : a->in6.sin6_port);
}

void
addr_host(const struct addr *a, char *buf, size_t size)
{
	char host[INET6_ADDRSTRLEN];

	if (a->len == 0) {
		snprintf(buf, size, "unknown");
		return;
	}
	if (a->sa.sa_family == AF_INET) {
		inet_ntop(AF_INET, &a->in.sin_addr, host, sizeof(host));
		snprintf(buf, size, "%s", host);
		return;
	}
	inet_ntop(AF_INET6, &a->in6.sin6_addr, host, sizeof(host));
	/* The number, because a confined worker may not look up the name. */
	if (a->in6.sin6_scope_id != 0)
		snprintf(buf, size, "%s%%%u", host, a->in6.sin6_scope_id);
	else
		snprintf(buf, size, "%s", host);
}

void
addr_text(const struct addr *a, char *buf, size_t size)
{
	char host[ADDR_TEXT];

	addr_host(a, host, sizeof(host));
	if (a->len == 0)
		snprintf(buf, size, "%s", host);
	else if (a->sa.sa_family == AF_INET6)
		snprintf(buf, size, "[%s]:%u", host, addr_port(a));
	else
		snprintf(buf, size, "%s:%u", host, addr_port(a));
}

/* Copy n bytes of text into buf of size bytes; false when it does not fit. */
static bool
take(char *buf, size_t size, const char *text, size_t n)
{
	if (n >= size)
		return false;
	memcpy(buf, text, n);
	buf[n] = '\0';
	return true;
}

int
addr_check_port(const char *text, struct errbuf *err)
{
	size_t n = strlen(text);
	int64_t port;

	if (n >= ADDR_PORT)
		return errbuf_set(err, "\"%.40s...\" is too long for a port",
		    text);
	if (n > 0 && strspn(text, "0123456789") == n)
		return units_integer(text, 0, UINT16_MAX, &port, err);
	if (n == 0 || !isalnum((unsigned char)text[0]))
		return errbuf_set(err, "\"%s\" is not a port", text);
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)text[i]) &&
		    strchr("-_.+/", text[i]) == NULL)
			return errbuf_set(err, "\"%s\" is not a port", text);
	return 0;
}

/* Whether the text is like "::1:10000": an address without its last part. */
static bool
lacks_brackets(const char *text)
{
	const char *last = strrchr(text, ':');
	char head[ADDR_HOST];
	struct addr addr;

	return last != NULL && addr_from_literal(&addr, text, 0) == -1 &&
	    take(head, sizeof(head), text, (size_t)(last - text)) &&
	    addr_from_literal(&addr, head, 0) == 0;
}

int
addr_split(const char *text, char *host, char *port, struct errbuf *err)
{
	const char *end, *colon = strchr(text, ':');
	const char *rest = "";
	bool fits;

	if (text[0] == '[') {
		if ((end = strchr(text, ']')) == NULL)
			return errbuf_set(err, "\"%s\": no closing ]", text);
		if (end[1] != '\0' && end[1] != ':')
			return errbuf_set(err,
			    "\"%s\": only :PORT may follow the ]", text);
		fits = take(host, ADDR_HOST, text + 1,
		    (size_t)(end - text - 1));
		if (end[1] == ':')
			rest = end + 1;
	} else if (colon != NULL && strchr(colon + 1, ':') == NULL) {
		fits = take(host, ADDR_HOST, text, (size_t)(colon - text));
		rest = colon;
	} else {
		/* No colon, or several: a bare IPv6 address. */
		end = strchr(text, '%');
		if (end != NULL && strchr(end, ':') != NULL)
			return errbuf_set(err,
			    "\"%s\": an IPv6 address with a port needs [ ]",
			    text);
		if (lacks_brackets(text)) {
			end = strrchr(text, ':');
			return errbuf_set(err,
			    "\"%s\": an IPv6 address with a port needs [ ], "
			    "as in [%.*s]%s",
			    text, (int)(end - text), text, end);
		}
		fits = take(host, ADDR_HOST, text, strlen(text));
	}
	if (!fits)
		return errbuf_set(err, "\"%.40s...\": the name is too long",
		    text);
	port[0] = '\0';
	if (rest[0] == '\0')
		return 0;
	if (addr_check_port(rest + 1, err) == -1)
		return errbuf_prefix(err, "\"%s\": ", text);
	(void)take(port, ADDR_PORT, rest + 1, strlen(rest + 1));
	return 0;
}
