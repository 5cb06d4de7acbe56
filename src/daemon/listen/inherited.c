/* SPDX-License-Identifier: ISC */
#include "daemon/listen/inherited.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include "common/errbuf.h"
#include "common/net.h"
#include "config/config.h"
#include "daemon/environment.h"
#include "daemon/listen/announce.h"
#include "daemon/listen/store.h"
#include "daemon/log/log.h"
#include "daemon/sandbox/descriptors.h"

#ifndef SO_BINDTOIFINDEX /* for headers older than Linux 5.0 */
#define SO_BINDTOIFINDEX 62
#endif

/* The value of an option of a socket; -1 with errno. */
static int
ask(int fd, int level, int name)
{
	int value = -1;
	socklen_t len = sizeof(value);

	return getsockopt(fd, level, name, &value, &len) == -1 ? -1 : value;
}

const char *
inherited_fault(int fd, enum listener_origin origin)
{
	int family = ask(fd, SOL_SOCKET, SO_DOMAIN);

	if (family == -1)
		return errno == EBADF ? "is not open" : "is not a socket";
	if (family != AF_INET && family != AF_INET6)
		return "is not of an Internet family";
	if (ask(fd, SOL_SOCKET, SO_TYPE) != SOCK_STREAM ||
	    ask(fd, SOL_SOCKET, SO_PROTOCOL) != IPPROTO_TCP)
		return "is not of TCP";
	/* A listener of an earlier echod may have been closed by a worker: it
	 * can be opened again, so it is taken. */
	if (origin == LISTENER_INHERITED &&
	    ask(fd, SOL_SOCKET, SO_ACCEPTCONN) != 1)
		return "does not listen";
	return NULL;
}

/*
 * Take the next name of a list that is separated by ":"; "" if there is none.
 */
static void
next_name(const char **names, char name[LISTENER_NAME])
{
	size_t n = *names != NULL ? strcspn(*names, ":") : 0;

	snprintf(name, LISTENER_NAME, "%.*s", (int)n, n > 0 ? *names : "");
	if (*names != NULL)
		*names = (*names)[n] == ':' ? *names + n + 1 : NULL;
}

int
inherited_wrap(struct listener *l, int fd)
{
	/* The manager may have left the socket blocking, and no worker may wait
	 * in accept(2).  Its other options stay as they are. */
	if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) == -1 ||
	    net_local(fd, &l->bound) == -1 ||
	    (l->fd = descriptors_fix(fd)) == -1)
		return -1;
	l->dual = l->bound.sa.sa_family == AF_INET6 &&
	    addr_is_wildcard(&l->bound) &&
	    ask(l->fd, IPPROTO_IPV6, IPV6_V6ONLY) == 0;
	/* It is hidden if an earlier echod was about to close it. */
	l->hidden = l->origin == LISTENER_STORED &&
	    ask(l->fd, SOL_SOCKET, SO_BINDTOIFINDEX) > 0;
	addr_unmap(&l->bound);
	addr_text(&l->bound, l->text, sizeof(l->text));
	l->wanted = l->bound;
	return 0;
}

/*
 * Name a descriptor that was passed, for a message, by its number and its name.
 */
static const char *
describe(int fd, const char *name)
{
	static char text[LISTENER_NAME + 64];
	const char *quote = name[0] != '\0' ? "\"" : "";

	snprintf(text, sizeof(text),
	    "descriptor %d%s%s%s%s, passed by the service manager,", fd,
	    name[0] != '\0' ? " " : "", quote, name, quote);
	return text;
}

int
inherited_take(struct listener_set *set, struct errbuf *err)
{
	const char *names = environment()->listen_names;
	unsigned count = environment()->listen_fds;

	set->count = 0;
	if (count > CONFIG_ADDRESSES)
		return errbuf_set(err, "LISTEN_FDS is %u: expected at most %d",
		    count, CONFIG_ADDRESSES);
	for (unsigned i = 0; i < count; i++) {
		struct listener *l = &set->item[set->count++];
		int fd = ENVIRONMENT_LISTEN_FD + (int)i;
		const char *fault;

		*l = (struct listener){ .origin = LISTENER_INHERITED };
		next_name(&names, l->name);
		if (strcmp(l->name, STORE_NAME) == 0) {
			l->origin = LISTENER_STORED;
			l->stored = true;
			l->name[0] = '\0';
		}
		fault = inherited_fault(fd, l->origin);
		if (fault == NULL && inherited_wrap(l, fd) == 0)
			continue;
		if (fault == NULL)
			errbuf_sys(err, "%s cannot be used",
			    describe(fd, l->name));
		else
			errbuf_set(err, "%s %s", describe(fd, l->name), fault);
		errbuf_clean(err);
		return -1;
	}
	return 0;
}

void
inherited_report(void)
{
	if (environment()->listen_stranger != 0)
		log_notice("descriptors were passed to another process, and "
			   "are not used listen_pid=%ld",
		    (long)environment()->listen_stranger);
}

static void
print(const struct addr *at, const struct listener *l, const char *note,
    FILE *out)
{
	static const struct listener own;
	char text[ADDR_TEXT], name[4 * LISTENER_NAME] = "";

	addr_text(at, text, sizeof(text));
	if (l != NULL && l->name[0] != '\0')
		log_quote(name, sizeof(name), l->name, strlen(l->name));
	fprintf(out, "# %s: %s%s%s%s\n", text,
	    announce_origin(l != NULL ? l : &own),
	    name[0] != '\0' ? " as " : "", name, note);
}

/*
 * Print addresses of the configuration, each with the listener of the set that
 * it would take, and mark that one as taken.
 */
static void
print_all(const struct listener_set *set, const struct config_address *at,
    unsigned count, const char *note, bool *taken, FILE *out)
{
	for (unsigned i = 0; i < count; i++) {
		const struct listener *l = listener_set_find(set, &at[i].addr);

		if (l != NULL)
			taken[l - set->item] = true;
		print(&at[i].addr, l, note, out);
	}
}

void
inherited_print(const struct listener_set *set, const struct config *config,
    FILE *out)
{
	bool taken[CONFIG_ADDRESSES] = { false };

	if (set->count == 0)
		return;
	print_all(set, config->addresses, config->address_count, "", taken,
	    out);
	print_all(set, config->metrics.at, config->metrics.count,
	    ", for metrics", taken, out);
	for (unsigned i = 0; i < set->count; i++)
		if (!taken[i])
			print(&set->item[i].bound, &set->item[i],
			    config->address_count > 0 ? ", not in `listen`" :
							"",
			    out);
}
