/* SPDX-License-Identifier: ISC */
#include "loader/usable.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdint.h>

#include "common/addr.h"
#include "common/errbuf.h"

/* The listeners for IPv6 are IPv6-only, and cannot bind such an address. */
static int
refuse_mapped(const struct addr *addr, struct errbuf *err)
{
	char v4[INET_ADDRSTRLEN];

	if (addr->sa.sa_family != AF_INET6 ||
	    !IN6_IS_ADDR_V4MAPPED(&addr->in6.sin6_addr))
		return 0;
	inet_ntop(AF_INET, addr->in6.sin6_addr.s6_addr + 12, v4, sizeof(v4));
	return errbuf_set(err, "::ffff:%s is IPv4: write %s", v4, v4);
}

/*
 * bind(2) accepts such an IPv4 address, to which no client can connect, and
 * says "Invalid argument" of such an IPv6 address.
 */
static int
refuse_group(const struct addr *addr, struct errbuf *err)
{
	uint32_t v4 = ntohl(addr->in.sin_addr.s_addr);
	char host[ADDR_TEXT];

	addr_host(addr, host, sizeof(host));
	if (addr->sa.sa_family == AF_INET6 ?
		IN6_IS_ADDR_MULTICAST(&addr->in6.sin6_addr) :
		IN_MULTICAST(v4))
		return errbuf_set(err,
		    "%s is a multicast address, and TCP has none", host);
	if (addr->sa.sa_family == AF_INET && v4 == INADDR_BROADCAST)
		return errbuf_set(err,
		    "%s is the broadcast address, and TCP has none", host);
	return 0;
}

static int
check_scope(const struct addr *addr, struct errbuf *err)
{
	char host[ADDR_TEXT], name[IF_NAMESIZE];

	addr_host(addr, host, sizeof(host));
	if (addr_lacks_scope(addr))
		return errbuf_set(err,
		    "%s is link-local and needs its interface, as in %s%%eth0",
		    host, host);
	if (addr->sa.sa_family == AF_INET6 && addr->in6.sin6_scope_id != 0 &&
	    if_indextoname(addr->in6.sin6_scope_id, name) == NULL)
		return errbuf_set(err, "%s: there is no interface %u", host,
		    addr->in6.sin6_scope_id);
	return 0;
}

int
usable_check(const struct addr *addr, struct errbuf *err)
{
	return refuse_mapped(addr, err) == -1 || refuse_group(addr, err) == -1 ?
	    -1 :
	    check_scope(addr, err);
}
