/* SPDX-License-Identifier: ISC */
#include "common/lookup.h"

#include <netdb.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

bool
lookup_is_localhost(const char *name)
{
	static const char localhost[] = "localhost";
	const size_t length = sizeof(localhost) - 1;
	size_t n = strlen(name);

	if (n > 0 && name[n - 1] == '.')
		n--;
	if (n < length ||
	    strncasecmp(name + n - length, localhost, length) != 0)
		return false;
	/* "a.localhost", but neither "alocalhost" nor ".localhost". */
	return n == length || (n > length + 1 && name[n - length - 1] == '.');
}

/* Whether the host does not exist, or no name service could be asked. */
static bool
is_unknown(int result)
{
	return result == EAI_NONAME || result == EAI_AGAIN ||
	    result == EAI_FAIL || result == EAI_NODATA;
}

int
lookup_host(const char *host, const char *service, const struct addrinfo *hints,
    struct addrinfo **found)
{
	struct addrinfo loopback = *hints;
	int result = getaddrinfo(host, service, hints, found);

	if (host == NULL || !is_unknown(result) || !lookup_is_localhost(host))
		return result;
	/* Without a host and AI_PASSIVE, it returns the loopback addresses. */
	loopback.ai_flags &= ~AI_PASSIVE;
	return getaddrinfo(NULL, service, &loopback, found);
}
