/* SPDX-License-Identifier: ISC */
/*
 * lookup: the addresses of a host.  A lookup can block for as long as the name
 * service takes; a caller that must not block uses another thread or process.
 */
#ifndef ECHOD_LOOKUP_H
#define ECHOD_LOOKUP_H

#include <stdbool.h>

struct addrinfo;

/* "localhost" or below it, always the loopback (RFC 6761 section 6.3). */
bool lookup_is_localhost(const char *name);

/*
 * Like getaddrinfo(3), but if the name service does not know such a name, as
 * in a root directory without /etc/hosts, return the loopback addresses.
 * Free *found with freeaddrinfo(3).  Returns 0, or a code for gai_strerror(3);
 * EAI_SYSTEM sets errno.
 */
int lookup_host(const char *host, const char *service,
    const struct addrinfo *hints, struct addrinfo **found);

#endif
