/* SPDX-License-Identifier: ISC */
/*
 * lookup: the addresses of a host.  It may block for as long as a name service
 * does; a caller that may not wait calls it in another thread or process.
 */
#ifndef ECHOD_LOOKUP_H
#define ECHOD_LOOKUP_H

#include <stdbool.h>

struct addrinfo;

/*
 * Whether a name is "localhost" or below it, in any case and with or without
 * the dot at its end.  RFC 6761 section 6.3: these are always the loopback
 * addresses.
 */
bool lookup_is_localhost(const char *name);

/*
 * As getaddrinfo(3), but such a name is the loopback addresses where the name
 * service does not know it: a minimal root has no /etc/hosts.  What the name
 * service does know of it goes first.  Free *found by freeaddrinfo(3).
 * Returns 0, or a code for gai_strerror(3); with EAI_SYSTEM errno.
 */
int lookup_host(const char *host, const char *service,
    const struct addrinfo *hints, struct addrinfo **found);

#endif
