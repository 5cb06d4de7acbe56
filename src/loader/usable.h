/* SPDX-License-Identifier: ISC */
/*
 * usable: whether an address is one that a listener can have, and that clients
 * can connect to: bind(2) takes some that none can, and says little of others.
 */
#ifndef ECHOD_USABLE_H
#define ECHOD_USABLE_H

struct addr;
struct errbuf;

/*
 * An IPv4 address written as IPv6, a multicast or broadcast address, one of a
 * link without its interface, or with one that is not there, is not.  Returns
 * -1 with the reason in err.
 */
int usable_check(const struct addr *, struct errbuf *);

#endif
