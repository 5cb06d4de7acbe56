/* SPDX-License-Identifier: ISC */
#include "client/net/target.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "client/core/failure.h"
#include "client/core/signals.h"
#include "client/net/dial.h"
#include "client/options.h"
#include "common/clock.h"
#include "common/lookup.h"
#include "common/units.h"

/* One lookup, and the thread that makes it. */
struct lookup {
	pthread_t thread;
	int done; /* eventfd */
	char host[ADDR_HOST];
	char service[ADDR_PORT];
	struct addrinfo hints;
	struct addrinfo *found;
	int result; /* of getaddrinfo(3) */
	int error;  /* errno with EAI_SYSTEM */
};

static int
digits_only(const char *text)
{
	return text[0] != '\0' && strspn(text, "0123456789") == strlen(text);
}

/* As addr_check_port(), but port 0 cannot be connected to. */
static int
check_port(const char *text, struct errbuf *err)
{
	int64_t n;

	if (!digits_only(text) || strlen(text) >= ADDR_PORT)
		return addr_check_port(text, err);
	return units_integer(text, 1, 65535, &n, err) == -1 ?
	    errbuf_prefix(err, "port: ") :
	    0;
}

static int
read_host(struct target *t, const char *word, struct errbuf *err)
{
	const char *colon = strrchr(word, ':');

	/* What follows a colon is a port, if it is not part of a bare IPv6 address. */
	if (colon != NULL && digits_only(colon + 1) &&
	    (strchr(word, ':') == colon || colon[-1] == ']') &&
	    check_port(colon + 1, err) == -1)
		return -1;
	return addr_split(word, t->host, t->service, err);
}

int
target_read(struct target *t, const struct options *opt, struct failure *f)
{
	const char *host = opt->words.count > 0 ? opt->words.item[0] : "";
	const char *port = opt->ports.count > 0 ? opt->ports.item[0] : NULL;
	struct errbuf err;

	memset(t, 0, sizeof(*t));
	/* Most likely a variable of a script that is not set. */
	if (opt->words.count > 0 &&
	    (host[0] == '\0' || strcmp(host, "[]") == 0))
		return failure_set(f, OUTCOME_USAGE, "the host is empty");
	for (const char *c = host; *c != '\0'; c++)
		if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 0x7f)
			return failure_set(f, OUTCOME_USAGE,
			    "\"%s\" has characters that no host name has",
			    host);
	if (digits_only(host))
		return failure_set(f, OUTCOME_USAGE,
		    "%s is not a host; a port comes after the host, or with -p",
		    host);
	if (read_host(t, host, &err) == -1)
		return failure_set(f, OUTCOME_USAGE, "%s", err.text);
	if ((opt->words.count > 1) + opt->ports.count +
		(t->service[0] != '\0') >
	    1)
		return failure_set(f, OUTCOME_USAGE,
		    "the port is given more than once");
	if (opt->words.count > 1)
		port = opt->words.item[1];
	if (port != NULL) {
		if (check_port(port, &err) == -1)
			return failure_set(f, OUTCOME_USAGE, "%s", err.text);
		snprintf(t->service, sizeof(t->service), "%s", port);
	}
	if (t->service[0] == '\0')
		snprintf(t->service, sizeof(t->service), "%d", TARGET_PORT);
	if (t->host[0] == '\0')
		snprintf(t->host, sizeof(t->host), "localhost");
	if (digits_only(t->service))
		t->port = (uint16_t)strtoul(t->service, NULL, 10);
	return 0;
}

/*
 * Wait for the end of the thread, too: if the program exited before, memory of
 * the name service that the thread has not freed yet would look like a leak.
 */
static void
lookup_free(struct lookup *q)
{
	pthread_join(q->thread, NULL);
	if (q->found != NULL)
		freeaddrinfo(q->found);
	close(q->done);
	free(q);
}

static void *
ask(void *arg)
{
	struct lookup *q = arg;

	errno = 0;
	q->result = lookup_host(q->host, q->service, &q->hints, &q->found);
	q->error = errno;
	eventfd_write(q->done, 1);
	return NULL;
}

static struct lookup *
lookup_new(const struct target *t, int family)
{
	struct lookup *q = calloc(1, sizeof(*q));

	if (q == NULL)
		return NULL;
	memcpy(q->host, t->host, sizeof(q->host));
	memcpy(q->service, t->service, sizeof(q->service));
	q->hints.ai_socktype = SOCK_STREAM;
	q->hints.ai_family = family;
	q->done = eventfd(0, EFD_CLOEXEC);
	if (q->done == -1) {
		free(q);
		return NULL;
	}
	return q;
}

static int
wait_for_answer(const struct lookup *q, const struct options *opt,
    struct failure *f)
{
	int64_t end = clock_ns() + opt->timeout_ns, left;
	eventfd_t value;
	struct pollfd fds[] = {
		{ .fd = q->done, .events = POLLIN },
		{ .fd = signals_fd(), .events = POLLIN },
	};

	for (;;) {
		left = end - clock_ns();
		if (left <= 0)
			return failure_set(f, OUTCOME_RESOLVE,
			    "does not resolve: the name service does not "
			    "answer");
		if (poll(fds, 2, (int)(left / 1000000) + 1) <= 0)
			continue;
		/* After this read, the results of the thread are visible. */
		if (fds[0].revents != 0 && eventfd_read(q->done, &value) == 0)
			return 0;
		if (fds[1].revents != 0 && signals_stopped())
			return failure_set(f, OUTCOME_INTERRUPTED,
			    "%s before the name was resolved", signals_words());
	}
}

static int
take_answer(struct target *t, const struct lookup *q, struct failure *f)
{
	errno = q->error;
	/* Without descriptors, getaddrinfo(3) says that there is no such name. */
	if (q->result != 0 && (errno == EMFILE || errno == ENFILE))
		return failure_sys(f, OUTCOME_LIMIT, "does not resolve");
	if (q->result == EAI_SYSTEM)
		return failure_sys(f, OUTCOME_RESOLVE, "does not resolve");
	if (q->result == EAI_SERVICE)
		return failure_set(f, OUTCOME_RESOLVE,
		    "does not resolve: there is no TCP service %s", t->service);
	if (q->result != 0 && q->hints.ai_family != AF_UNSPEC)
		return failure_set(f, OUTCOME_RESOLVE,
		    "does not resolve to an %s address: %s",
		    q->hints.ai_family == AF_INET ? "IPv4" : "IPv6",
		    gai_strerror(q->result));
	if (q->result != 0)
		return failure_set(f, OUTCOME_RESOLVE, "does not resolve: %s",
		    gai_strerror(q->result));
	for (const struct addrinfo *ai = q->found;
	     ai != NULL && t->count < TARGET_ADDRESSES; ai = ai->ai_next) {
		addr_from_sockaddr(&t->address[t->count], ai->ai_addr,
		    ai->ai_addrlen);
		if (addr_sane(&t->address[t->count]))
			t->count++;
	}
	if (t->count == 0)
		return failure_set(f, OUTCOME_RESOLVE,
		    "does not resolve: no address");
	t->port = addr_port(&t->address[0]);
	return 0;
}

static void
unwrap(const char *text, size_t length, char *buf, size_t size)
{
	if (length > 1 && text[0] == '[' && text[length - 1] == ']') {
		text++;
		length -= 2;
	}
	snprintf(buf, size, "%.*s", (int)length, text);
}

/* Parse HOST:PORT:ADDRESS, where host and address may be in brackets. */
static int
parse_resolve(const char *item, char host[ADDR_HOST], uint16_t *port,
    struct addr *address, struct errbuf *err)
{
	char number[8], literal[ADDR_TEXT];
	const char *close = item[0] == '[' ? strchr(item, ']') : NULL;
	const char *first = strchr(close != NULL ? close : item, ':');
	const char *second = first != NULL ? strchr(first + 1, ':') : NULL;
	int64_t n;

	if (second == NULL || first == item || first - item >= ADDR_HOST ||
	    second[1] == '\0')
		return errbuf_set(err, "expected HOST:PORT:ADDRESS");
	unwrap(item, (size_t)(first - item), host, ADDR_HOST);
	snprintf(number, sizeof(number), "%.*s", (int)(second - first - 1),
	    first + 1);
	if (units_integer(number, 1, 65535, &n, err) == -1)
		return errbuf_prefix(err, "port: ");
	*port = (uint16_t)n;
	unwrap(second + 1, strlen(second + 1), literal, sizeof(literal));
	return addr_from_literal(address, literal, *port) == 0 ?
	    0 :
	    errbuf_set(err, "\"%s\" is not an address", second + 1);
}

/* A dot at the end of a name makes no difference here. */
static bool
is_same_host(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);

	n -= n > 1 && a[n - 1] == '.';
	m -= m > 1 && b[m - 1] == '.';
	return n == m && strncasecmp(a, b, n) == 0;
}

static uint16_t
service_port(const char *name)
{
	const struct servent *service = getservbyname(name, "tcp");

	return service != NULL ? ntohs((uint16_t)service->s_port) : 0;
}

/* A link-local address needs an interface, unless -I may be that. */
static int
check_scope(const struct addr *address, const struct options *opt,
    struct failure *f)
{
	char host[ADDR_TEXT];

	if (opt->interfaces.count > 0 || !addr_lacks_scope(address))
		return 0;
	addr_host(address, host, sizeof(host));
	return failure_set(f, OUTCOME_USAGE,
	    "%s is link-local and needs its interface, as in %s%%eth0 or by "
	    "-I eth0",
	    host, host);
}

/* Whether --resolve gives addresses for this host and port; -1: a failure. */
static int
resolve_by_option(struct target *t, const struct options *opt, int family,
    struct failure *f)
{
	char host[ADDR_HOST];
	struct addr address = { 0 };
	struct errbuf err;
	uint16_t port = 0;
	bool matched = false;

	if (opt->resolve.count > 0 && t->port == 0)
		t->port = service_port(t->service);
	for (unsigned i = 0; i < opt->resolve.count; i++) {
		if (parse_resolve(opt->resolve.item[i], host, &port, &address,
			&err) == -1)
			return failure_set(f, OUTCOME_USAGE, "--resolve %s: %s",
			    opt->resolve.item[i], err.text);
		if (port != t->port || !is_same_host(t->host, host))
			continue;
		matched = true;
		if (family != AF_UNSPEC && family != address.sa.sa_family)
			continue;
		if (check_scope(&address, opt, f) == -1)
			return -1;
		t->address[t->count++] = address;
	}
	if (matched && t->count == 0)
		return failure_set(f, OUTCOME_RESOLVE,
		    "does not resolve: --resolve has no address of that "
		    "family");
	return matched;
}

/* The lookup that runs; after a time-out, the next call waits for it again. */
static struct lookup *pending;

static int
start_lookup(const struct target *t, int family, struct failure *f)
{
	int error;

	pending = lookup_new(t, family);
	if (pending == NULL)
		return failure_sys(f, OUTCOME_LIMIT, "a name service");
	error = pthread_create(&pending->thread, NULL, ask, pending);
	if (error == 0)
		return 0;
	close(pending->done);
	free(pending);
	pending = NULL;
	errno = error;
	return failure_sys(f, OUTCOME_LIMIT, "a thread");
}

int
target_resolve(struct target *t, const struct options *opt, struct failure *f)
{
	int family = dial_family(opt, f), result;

	if (family == -1)
		return -1;
	result = resolve_by_option(t, opt, family, f);
	if (result != 0)
		return result > 0 ? 0 : -1;
	/* An address needs no lookup. */
	if (t->port != 0 &&
	    addr_from_literal(&t->address[0], t->host, t->port) == 0 &&
	    (family == AF_UNSPEC || family == t->address[0].sa.sa_family)) {
		if (check_scope(&t->address[0], opt, f) == -1)
			return -1;
		t->count = 1;
		return 0;
	}
	if (pending == NULL && start_lookup(t, family, f) == -1)
		return -1;
	if (wait_for_answer(pending, opt, f) == -1)
		return -1;
	result = take_answer(t, pending, f);
	lookup_free(pending);
	pending = NULL;
	return result;
}
