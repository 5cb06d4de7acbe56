/* SPDX-License-Identifier: ISC */
/*
 * usable: checks that a listener can have an address, and that clients can
 * connect to it.  bind(2) accepts some to which nobody can connect, and
 * explains little about others.
 */
#ifndef ECHOD_USABLE_H
#define ECHOD_USABLE_H

struct addr;
struct errbuf;

/*
 * -1 with the reason in err for an IPv4 address that is written as IPv6, a
 * multicast or broadcast address, and a link-local address without its
 * interface or with one that does not exist.
 */
int usable_check(const struct addr *, struct errbuf *);

#endif
