/* SPDX-License-Identifier: ISC */
#include "client/modes.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "client/core/destination.h"
#include "client/core/document.h"
#include "client/core/failure.h"
#include "common/humanize.h"
#include "client/core/signals.h"
#include "client/net/race.h"
#include "client/net/target.h"
#include "client/options.h"
#include "client/send/message.h"
#include "client/send/stream.h"
#include "common/clock.h"

/* The last try begins so long before the deadline. */
#define LAST_NS INT64_C(50000000)

/* Connect and exchange one message, until the deadline at most. */
static int
try_once(struct target *t, const struct options *opt, int64_t deadline,
    struct stream *s, struct dialled *c, struct failure *f)
{
	struct options bounded = *opt;
	int64_t now = clock_ns(), ends = now + opt->timeout_ns;
	int result;

	if (ends > deadline)
		ends = deadline;
	bounded.timeout_ns = ends - now;
	t->count = 0;
	if (target_resolve(t, &bounded, f) == -1 ||
	    race_run(t, &bounded, c, f) == -1)
		return -1;
	s->fd = c->fd;
	s->timeout_ns = opt->timeout_ns;
	s->ends_ns = ends;
	result = stream_run(s, f);
	close(c->fd);
	return result;
}

/* Returns false when a signal came. */
static bool
pause_until(int64_t until)
{
	struct pollfd fd = { .fd = signals_fd(), .events = POLLIN };
	int64_t left;

	while ((left = until - clock_ns()) > 0)
		if (poll(&fd, 1, (int)(left / 1000000) + 1) > 0 &&
		    signals_stopped())
			return false;
	return true;
}

static int
document(const struct target *t, const struct options *opt, int64_t tries,
    int64_t began, const struct dialled *c, const struct failure *f,
    struct destination *p, struct failure *written)
{
	json_t *object = document_new(opt, t->host, t->port);

	document_connection(object, c->fd != -1 ? &c->peer : NULL, &c->local,
	    c->connect_ns);
	document_set(object, "tries", document_count(tries));
	document_set(object, "total_time_us", document_us(clock_ns() - began));
	document_outcome(object, f);
	return document_write(object, p, DOCUMENT_MEMBERS, written);
}

/* Whether no further try can help; an address for -I may still appear. */
static bool
is_mistake(const struct failure *f)
{
	return f->outcome == OUTCOME_USAGE && f->error != EADDRNOTAVAIL;
}

/* Put the time and the number of tries before the last reason. */
static void
say_how_often(const struct options *opt, int64_t tries, struct failure *f)
{
	errbuf_prefix(&f->why, "not ready after %s, %" PRId64 " %s; the last: ",
	    humanize_duration(opt->deadline_ns).text, tries,
	    tries == 1 ? "try" : "tries");
}

int
wait_run(struct target *t, const struct options *opt, struct destination *p,
    const struct terminal *terminal, struct failure *f)
{
	int64_t began = clock_ns(), deadline = began + opt->deadline_ns;
	int64_t tries = 0, next;
	size_t length;
	char *message = message_new(opt, &length, f);
	struct dialled c = { .fd = -1 };
	struct failure before, writing = { 0 };
	int result = -1;

	(void)terminal;
	while (message != NULL) {
		struct stream s = { .input = -1,
			.output = -1,
			.message = message,
			.length = length };

		tries++;
		c.fd = -1;
		before = *f;
		next = clock_ns() + opt->interval_ns;
		result = try_once(t, opt, deadline, &s, &c, f);
		if (result == 0 || f->outcome == OUTCOME_INTERRUPTED ||
		    is_mistake(f))
			break;
		/* A try that the deadline has cut short says less than the last. */
		if (tries > 1 && clock_ns() >= deadline)
			*f = before;
		if (next > deadline - LAST_NS)
			next = deadline - LAST_NS;
		if (clock_ns() >= deadline - LAST_NS) {
			say_how_often(opt, tries, f);
			break;
		}
		if (!pause_until(next)) {
			failure_set(f, OUTCOME_INTERRUPTED, "%s",
			    signals_words());
			break;
		}
	}
	free(message);
	if (result == 0)
		*f = (struct failure){ 0 };
	if (p->data == NULL ||
	    document(t, opt, tries, began, &c, f, p, &writing) == 0)
		return result;
	failure_of_writing(f, &writing);
	return -1;
}
