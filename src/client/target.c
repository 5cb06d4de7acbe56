/* SPDX-License-Identifier: ISC */
#include "client/target.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "client/failure.h"
#include "client/interrupt.h"
#include "client/options.h"
#include "common/clock.h"
#include "common/units.h"

/* One question.  Whoever of the two threads leaves it last frees it. */
struct question {
	atomic_int holders;
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

int
target_read(struct target *t, const struct options *opt, struct failure *f)
{
	const char *host = opt->words.count > 0 ? opt->words.item[0] : "";
	const char *port = opt->ports.count > 0 ? opt->ports.item[0] : NULL;
	struct errbuf err;

	memset(t, 0, sizeof(*t));
	if (digits_only(host))
		return failure_set(f, OUTCOME_USAGE,
		    "%s is no host; a port comes after the host, or with -p",
		    host);
	if (addr_split(host, t->host, t->service, &err) == -1)
		return failure_set(f, OUTCOME_USAGE, "%s", err.text);
	if ((opt->words.count > 1) + opt->ports.count +
		(t->service[0] != '\0') >
	    1)
		return failure_set(f, OUTCOME_USAGE,
		    "the port is given more than once");
	if (opt->words.count > 1)
		port = opt->words.item[1];
	if (port != NULL) {
		if (addr_check_port(port, &err) == -1)
			return failure_set(f, OUTCOME_USAGE, "%s", err.text);
		snprintf(t->service, sizeof(t->service), "%s", port);
	}
	if (t->service[0] == '\0')
		snprintf(t->service, sizeof(t->service), "%d", TARGET_PORT);
	if (t->host[0] == '\0')
		snprintf(t->host, sizeof(t->host), "localhost");
	if (digits_only(t->service)) {
		int64_t n;

		if (units_integer(t->service, 1, 65535, &n, &err) == -1)
			return failure_set(f, OUTCOME_USAGE, "port: %s",
			    err.text);
		t->port = (uint16_t)n;
	}
	return 0;
}

static void
leave(struct question *q)
{
	if (atomic_fetch_sub(&q->holders, 1) > 1)
		return;
	if (q->found != NULL)
		freeaddrinfo(q->found);
	close(q->done);
	free(q);
}

static void *
ask(void *arg)
{
	struct question *q = arg;

	q->result = getaddrinfo(q->host, q->service, &q->hints, &q->found);
	q->error = errno;
	eventfd_write(q->done, 1);
	leave(q);
	return NULL;
}

static struct question *
question_new(const struct target *t, const struct options *opt)
{
	struct question *q = calloc(1, sizeof(*q));

	if (q == NULL)
		return NULL;
	memcpy(q->host, t->host, sizeof(q->host));
	memcpy(q->service, t->service, sizeof(q->service));
	q->hints.ai_socktype = SOCK_STREAM;
	q->hints.ai_family = opt->only_v4 ? AF_INET :
	    opt->only_v6		  ? AF_INET6 :
					    AF_UNSPEC;
	atomic_init(&q->holders, 2);
	q->done = eventfd(0, EFD_CLOEXEC);
	if (q->done == -1) {
		free(q);
		return NULL;
	}
	return q;
}

/* Wait for the answer, for a signal, or for as long as -W says. */
static int
wait_for_answer(const struct question *q, const struct options *opt,
    struct failure *f)
{
	int64_t end = clock_ns() + opt->timeout_ns, left;
	struct pollfd fds[] = {
		{ .fd = q->done, .events = POLLIN },
		{ .fd = interrupt_fd(), .events = POLLIN },
	};

	for (;;) {
		left = end - clock_ns();
		if (left <= 0)
			return failure_set(f, OUTCOME_RESOLVE,
			    "the name service does not answer");
		if (poll(fds, 2, (int)(left / 1000000) + 1) <= 0)
			continue;
		if (fds[0].revents != 0)
			return 0;
		if (interrupt_read() == INTERRUPT_STOP)
			return failure_set(f, OUTCOME_INTERRUPTED,
			    "interrupted before the name was resolved");
	}
}

static int
take_answer(struct target *t, const struct question *q, struct failure *f)
{
	if (q->result == EAI_SYSTEM) {
		errno = q->error;
		return failure_sys(f, OUTCOME_RESOLVE, "does not resolve");
	}
	if (q->result == EAI_SERVICE)
		return failure_set(f, OUTCOME_RESOLVE,
		    "does not resolve: there is no TCP service %s", t->service);
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

/*
 * Use --resolve HOST:PORT:ADDRESS if HOST and PORT are those of the target.
 * Returns 1 when one was, 0 when none was.
 */
static int
given(struct target *t, const struct options *opt, struct failure *f)
{
	for (unsigned i = 0; i < opt->resolve.count; i++) {
		const char *item = opt->resolve.item[i];
		size_t host = strcspn(item, ":");
		const char *port = item + host + (item[host] == ':');
		size_t digits = strcspn(port, ":");
		const char *text = port + digits + (port[digits] == ':');
		char literal[ADDR_TEXT];
		size_t n = strlen(text);
		uint16_t number;

		if (text[0] == '[' && text[n - 1] == ']') {
			text++;
			n -= 2;
		}
		snprintf(literal, sizeof(literal), "%.*s", (int)n, text);
		number = (uint16_t)strtoul(port, NULL, 10);
		if (host == 0 || digits == 0 || number == 0 ||
		    addr_from_literal(&t->address[t->count], literal, number) ==
			-1)
			return failure_set(f, OUTCOME_USAGE,
			    "--resolve %s: HOST:PORT:ADDRESS is wanted", item);
		if (strlen(t->host) == host && t->port == number &&
		    strncasecmp(t->host, item, host) == 0 &&
		    !(opt->only_v4 &&
			t->address[t->count].sa.sa_family != AF_INET) &&
		    !(opt->only_v6 &&
			t->address[t->count].sa.sa_family != AF_INET6))
			t->count++;
	}
	return t->count > 0;
}

int
target_resolve(struct target *t, const struct options *opt, struct failure *f)
{
	struct question *q;
	pthread_t thread;
	int result = given(t, opt, f);

	if (result != 0)
		return result > 0 ? 0 : -1;
	q = question_new(t, opt);
	if (q == NULL)
		return failure_sys(f, OUTCOME_LIMIT, "a name service");
	result = pthread_create(&thread, NULL, ask, q);
	if (result != 0) {
		errno = result;
		close(q->done);
		free(q);
		return failure_sys(f, OUTCOME_LIMIT, "a thread");
	}
	pthread_detach(thread);
	result = wait_for_answer(q, opt, f);
	if (result == 0)
		result = take_answer(t, q, f);
	leave(q);
	return result;
}
