/* SPDX-License-Identifier: ISC */
#include "client/wait.h"

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "client/dial.h"
#include "client/document.h"
#include "client/failure.h"
#include "client/interrupt.h"
#include "client/message.h"
#include "client/options.h"
#include "client/product.h"
#include "client/stream.h"
#include "client/target.h"
#include "common/clock.h"

/* One connection and one exchange, and no longer than until the deadline. */
static int
try_once(struct target *t, const struct options *opt, int64_t deadline,
    struct stream *s, struct failure *f)
{
	struct options bounded = *opt;
	struct connection c;
	int64_t left = deadline - clock_ns();
	int result;

	if (left < bounded.timeout_ns)
		bounded.timeout_ns = left > 1000000 ? left : 1000000;
	t->count = 0;
	if (target_resolve(t, &bounded, f) == -1 ||
	    dial(t, &bounded, &c, f) == -1)
		return -1;
	s->fd = c.fd;
	s->timeout_ns = bounded.timeout_ns;
	result = stream_run(s, f);
	close(c.fd);
	return result;
}

/* Returns false when a signal came. */
static bool
pause_until(int64_t until)
{
	struct pollfd fd = { .fd = interrupt_fd(), .events = POLLIN };
	int64_t left;

	while ((left = until - clock_ns()) > 0)
		if (poll(&fd, 1, (int)(left / 1000000) + 1) > 0 &&
		    interrupt_read() == INTERRUPT_STOP)
			return false;
	return true;
}

static int
document(const struct target *t, const struct options *opt, int64_t tries,
    int64_t began, const struct failure *f, struct product *p,
    struct failure *written)
{
	json_t *object = document_new(opt, t);

	json_object_set_new(object, "tries", document_count(tries));
	json_object_set_new(object, "total_time_us",
	    document_us(clock_ns() - began));
	document_outcome(object, f);
	return document_write(object, p->data, false, written);
}

int
wait_run(struct target *t, const struct options *opt, struct product *p,
    struct failure *f)
{
	int64_t began = clock_ns(), deadline = began + opt->deadline_ns;
	int64_t tries = 0, next;
	size_t length;
	char *message = message_new(opt, &length, f);
	int result = -1;

	while (message != NULL) {
		struct stream s = { .input = -1,
			.output = -1,
			.message = message,
			.length = length };

		tries++;
		next = clock_ns() + opt->interval_ns;
		result = try_once(t, opt, deadline, &s, f);
		if (result == 0 || f->outcome == OUTCOME_INTERRUPTED ||
		    f->outcome == OUTCOME_USAGE || next >= deadline)
			break;
		if (!pause_until(next)) {
			failure_set(f, OUTCOME_INTERRUPTED, "interrupted");
			break;
		}
	}
	free(message);
	if (result == 0)
		*f = (struct failure){ 0 };
	if (p->data != NULL && document(t, opt, tries, began, f, p, f) == -1)
		return -1;
	return result;
}
