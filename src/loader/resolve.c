/* SPDX-License-Identifier: ISC */
#include "loader/resolve.h"

#include <errno.h>
#include <grp.h>
#include <net/if.h>
#include <netdb.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/errbuf.h"
#include "common/lookup.h"
#include "config/check.h"
#include "config/config.h"
#include "config/settings.h"
#include "loader/origin.h"
#include "loader/usable.h"

static int
add_address(struct config *config, const struct config_listen *listen,
    const struct addr *addr, bool optional, struct errbuf *err)
{
	char text[ADDR_TEXT], other[ADDR_TEXT];

	for (unsigned i = 0; i < config->address_count; i++) {
		const struct addr *there = &config->addresses[i].addr;

		/* Two addresses with port 0 are not the same: each gets a port
		 * of its own. */
		if (addr_port(addr) == 0 ||
		    addr_port(addr) != addr_port(there) ||
		    addr->sa.sa_family != there->sa.sa_family)
			continue;
		addr_text(addr, text, sizeof(text));
		addr_text(there, other, sizeof(other));
		if (addr_equal(addr, there))
			return errbuf_set(err, "%s is listed twice", text);
		if (addr_is_wildcard(addr) || addr_is_wildcard(there))
			return errbuf_set(err,
			    "%s and %s exclude each other: one of them is "
			    "every address",
			    text, other);
	}
	if (config->address_count == CONFIG_ADDRESSES)
		return errbuf_set(err, "more than %d addresses in all",
		    CONFIG_ADDRESSES);
	config->addresses[config->address_count++] = (struct config_address){
		*addr, optional, listen->line
	};
	return 0;
}

static bool
listed(const struct config *config, unsigned from, const struct addr *addr)
{
	for (unsigned i = from; i < config->address_count; i++)
		if (addr_equal(&config->addresses[i].addr, addr))
			return true;
	return false;
}

/*
 * Whether it is meant as a number: "7", "127.1" and "0x7f000001" are old forms
 * of an address, and no name has a colon or a percent sign.
 */
static bool
looks_numeric(const char *host)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST }, *found;
	struct addr literal;

	if (addr_from_literal(&literal, host, 0) == 0)
		return false;
	if (strpbrk(host, ":%") != NULL)
		return true;
	if (getaddrinfo(host, NULL, &hints, &found) != 0)
		return false;
	freeaddrinfo(found);
	return true;
}

/* The address looks like a literal and is not: say how it is written. */
static void
refuse_literal(const struct config_listen *listen, bool in_file,
    struct errbuf *err)
{
	const char *host = listen->address, *zone = strchr(host, '%');
	char head[ADDR_HOST];
	struct errbuf ignored;
	struct addr addr;

	snprintf(head, sizeof(head), "%.*s", (int)strcspn(host, "%"), host);
	if (zone != NULL && addr_from_literal(&addr, head, 0) == 0) {
		if (if_nametoindex(++zone) == 0)
			errbuf_set(err,
			    "\"%s\" port %s: there is no interface %s", host,
			    listen->port, zone);
		else
			errbuf_set(err,
			    "\"%s\" port %s: only a link-local address has an "
			    "interface",
			    host, listen->port);
		return;
	}
	errbuf_set(err, "\"%s\" is neither an address nor a name", host);
	if (strspn(host, "0123456789") != strlen(host) ||
	    addr_check_port(host, &ignored) == -1)
		return;
	/* A number that is no address was probably meant as a port. */
	if (in_file)
		errbuf_set(err,
		    "\"%s\" is neither an address nor a name; a port is "
		    "written port = %s",
		    host, host);
	else
		errbuf_set(err,
		    "\"%s\" is neither an address nor a name; port %s of every "
		    "address is \":%s\"",
		    host, host, host);
}

/* The host or the service is unknown, or no name service could be asked. */
static int
unresolved(const struct config_listen *listen, int result, struct errbuf *err)
{
	if (result == EAI_SERVICE)
		errbuf_set(err, "\"%s\" port %s: there is no TCP service %s",
		    listen->address, listen->port, listen->port);
	else
		errbuf_set(err, "\"%s\" port %s: %s", listen->address,
		    listen->port,
		    result == EAI_SYSTEM ? strerror(errno) :
					   gai_strerror(result));
	/* A name service may be back soon, so this is no fault of the file. */
	return result == EAI_AGAIN ? EX_UNAVAILABLE : EX_CONFIG;
}

/* One entry of `listen`, which may stand for several addresses. */
static int
resolve_entry(struct config *config, const struct config_listen *listen,
    struct errbuf *err)
{
	struct addrinfo hints = { .ai_flags = AI_PASSIVE,
		.ai_socktype = SOCK_STREAM };
	struct addrinfo *found, *ai;
	unsigned first = config->address_count;
	bool every = listen->address[0] == '\0' ||
	    strcmp(listen->address, "*") == 0;
	struct addr literal;
	bool optional = addr_from_literal(&literal, listen->address, 0) == -1;
	int result;

	if (!every && looks_numeric(listen->address)) {
		refuse_literal(listen, config->listen_file[0] != '\0', err);
		return EX_CONFIG;
	}
	result = lookup_host(every ? NULL : listen->address, listen->port,
	    &hints, &found);
	if (result != 0)
		return unresolved(listen, result, err);
	result = EX_OK;
	for (ai = found; ai != NULL && result == EX_OK; ai = ai->ai_next) {
		struct addr addr;

		addr_from_sockaddr(&addr, ai->ai_addr, ai->ai_addrlen);
		/* A hosts file may name one address twice. */
		if (addr.len == 0 || listed(config, first, &addr))
			continue;
		if (usable_check(&addr, err) == -1 ||
		    add_address(config, listen, &addr, optional, err) == -1)
			result = EX_CONFIG;
	}
	freeaddrinfo(found);
	return result;
}

/* Neither a literal, nor the name of the loopback, nor "*". */
static bool
is_other_name(const char *address)
{
	struct addr literal;

	return strcmp(address, "*") != 0 && strcmp(address, "localhost") != 0 &&
	    addr_from_literal(&literal, address, 0) == -1;
}

static int
add_metrics(struct config_metrics *metrics, const struct addr *addr,
    bool optional, struct errbuf *err)
{
	for (unsigned i = 0; i < metrics->count; i++)
		if (addr_equal(&metrics->at[i].addr, addr))
			return 0;
	if (usable_check(addr, err) == -1)
		return -1;
	if (metrics->count == CONFIG_METRICS)
		return errbuf_set(err, "more than %d addresses",
		    CONFIG_METRICS);
	metrics->at[metrics->count++] = (struct config_address){ *addr,
		optional, 0 };
	return 0;
}

/* Resolve the address at which HTTP requests are answered, if there is one. */
static int
resolve_metrics(struct config_metrics *metrics, const struct origin *origins,
    struct errbuf *err)
{
	struct addrinfo hints = { .ai_flags = AI_PASSIVE,
		.ai_socktype = SOCK_STREAM };
	struct addrinfo *found, *ai;
	bool every = strcmp(metrics->address, "*") == 0;
	struct addr literal, addr;
	char port[ADDR_PORT];
	int result = 0;

#ifndef HAVE_MICROHTTPD
	result = errbuf_set(err, "this echod was built without libmicrohttpd");
#endif
	metrics->count = 0;
	if (metrics->address[0] == '\0')
		return 0;
	if (is_other_name(metrics->address))
		result = errbuf_set(err,
		    "\"%s\" is neither an address nor localhost",
		    metrics->address);
	if (result != 0)
		return origin_blame(origins, "metrics.address", err);
	snprintf(port, sizeof(port), "%d", (int)metrics->port);
	result = lookup_host(every ? NULL : metrics->address, port, &hints,
	    &found);
	if (result != 0) {
		errbuf_set(err, "\"%s\": %s", metrics->address,
		    gai_strerror(result));
		return origin_blame(origins, "metrics.address", err);
	}
	for (ai = found; ai != NULL && result == 0; ai = ai->ai_next) {
		addr_from_sockaddr(&addr, ai->ai_addr, ai->ai_addrlen);
		if (addr.len != 0)
			result = add_metrics(metrics, &addr,
			    addr_from_literal(&literal, metrics->address, 0) ==
				-1,
			    err);
	}
	freeaddrinfo(found);
	return result == 0 ? 0 : origin_blame(origins, "metrics.address", err);
}

static int
resolve_user(struct config *config, struct errbuf *err)
{
	const struct passwd *pw = getpwnam(config->user);

	if (pw == NULL)
		return errbuf_set(err, "there is no user \"%s\"", config->user);
	if (pw->pw_uid == 0 && strcmp(config->user, "root") != 0)
		return errbuf_set(err,
		    "\"%s\" is root under another name; "
		    "write \"root\" if that is meant",
		    config->user);
	config->uid = pw->pw_uid;
	config->gid = pw->pw_gid;
	return 0;
}

/* The id of the group that a setting names; "" leaves *gid as it is. */
static int
resolve_group(const char *setting, const char *name, gid_t *gid,
    const struct origin *origins, struct errbuf *err)
{
	const struct group *gr;

	if (name[0] == '\0')
		return 0;
	if ((gr = getgrnam(name)) == NULL) {
		errbuf_set(err, "there is no group \"%s\"", name);
		return origin_blame(origins, setting, err);
	}
	*gid = gr->gr_gid;
	return 0;
}

/* The ids of the workers; only root can become another user. */
static int
resolve_ids(struct config *config, const struct resolve_starter *starter,
    const struct origin *origins, struct errbuf *err)
{
	config->uid = starter->uid;
	config->gid = starter->gid;
	if (starter->uid != 0)
		return 0;
	if (resolve_user(config, err) == -1)
		return origin_blame(origins, "user", err);
	return resolve_group("group", config->group, &config->gid, origins,
	    err);
}

static int
resolve_chroot(const struct config *config,
    const struct resolve_starter *starter, const struct origin *origins,
    struct errbuf *err)
{
	/* The master checks it once more, and passes on the warning. */
	struct errbuf warning = { "" };
	int result;

	if (config->chroot[0] == '\0')
		return 0;
	errno = 0;
	result = starter->uid != 0 ? errbuf_set(err, "only root can do that") :
				     check_chroot(config, &warning, err);
	/* Without root the directory may be inaccessible; the master checks
	 * it. */
	if (result == 0 || (errno == EACCES && geteuid() != 0))
		return 0;
	return origin_blame(origins, "chroot", err);
}

int
resolve_config(struct config *config, const struct resolve_starter *starter,
    struct origin *origins, struct errbuf *err)
{
	struct origin *listen = &origins[settings_find("listen") - settings];
	int status;

	config->address_count = 0;
	config->listen_file[0] = '\0';
	if (listen->from == ORIGIN_FILE)
		snprintf(config->listen_file, sizeof(config->listen_file), "%s",
		    listen->file);
	for (unsigned i = 0; i < config->listen_count; i++) {
		/* Blame the entry, and not the whole list. */
		listen->line = config->listen[i].line;
		status = resolve_entry(config, &config->listen[i], err);
		if (status != EX_OK) {
			origin_blame(origins, "listen", err);
			return status;
		}
	}
	config->control.gid = (gid_t)-1;
	return resolve_metrics(&config->metrics, origins, err) == -1 ||
		resolve_ids(config, starter, origins, err) == -1 ||
		resolve_group("control.group", config->control.group,
		    &config->control.gid, origins, err) == -1 ||
		resolve_chroot(config, starter, origins, err) == -1 ?
	    EX_CONFIG :
	    EX_OK;
}
