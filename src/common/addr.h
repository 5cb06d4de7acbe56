/* SPDX-License-Identifier: ISC */
/*
 * addr: an Internet address with its port, as text and as sockaddr.
 *
 * These functions know literal addresses only.  Names are resolved by lookup.h,
 * because that can block.
 */
#ifndef ECHOD_ADDR_H
#define ECHOD_ADDR_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct errbuf;

struct addr {
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	};
	socklen_t len; /* 0: no address */
};

enum {
	ADDR_TEXT = 80,	 /* room for "[v6%scope]:port" */
	ADDR_HOST = 254, /* room for a name as the DNS allows it */
	ADDR_PORT = 32,	 /* room for a port number or service name */
};

/* Anything but a complete IPv4 or IPv6 address yields an empty struct addr. */
void addr_from_sockaddr(struct addr *, const struct sockaddr *, socklen_t);

/* An IPv4 address written as IPv6 (RFC 4291 section 2.5.5.2) becomes IPv4. */
void addr_unmap(struct addr *);

/* Parse "127.0.0.1", "::1" or "fe80::1%eth0"; -1: it is none of them. */
int addr_from_literal(struct addr *, const char *text, uint16_t port);

/* The wildcard address of AF_INET or AF_INET6. */
void addr_wildcard(struct addr *, sa_family_t, uint16_t port);

/* Whether family and length are valid, for bytes from another process. */
bool addr_sane(const struct addr *);

bool addr_equal(const struct addr *, const struct addr *);
bool addr_is_wildcard(const struct addr *);

/* Whether it is a link-local address without the interface it needs. */
bool addr_lacks_scope(const struct addr *);

uint16_t addr_port(const struct addr *);

/* The host part alone, "::1"; "unknown" for an empty address. */
void addr_host(const struct addr *, char *, size_t);

/* "127.0.0.1:10000" or "[::1]:10000"; "unknown" for an empty address. */
void addr_text(const struct addr *, char *, size_t);

/*
 * Check a port as text: a number from 0 to 65535, or a possible name of a
 * service (RFC 6335 section 5.1).  getaddrinfo(3) would read 70000 as 4464.
 * Returns -1 with the reason in err.
 */
int addr_check_port(const char *text, struct errbuf *);

/*
 * Split "HOST", "HOST:PORT", ":PORT", "[V6]:PORT", "[V6]" or a bare "V6" into
 * host and port (brackets: RFC 3986).  host has ADDR_HOST bytes, port
 * ADDR_PORT bytes; port is checked, and empty if none was given.
 * Returns -1 with the reason in err.
 */
int addr_split(const char *text, char *host, char *port, struct errbuf *);

#endif
