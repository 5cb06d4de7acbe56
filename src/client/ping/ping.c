/* SPDX-License-Identifier: ISC */
#include "client/modes.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/core/destination.h"
#include "client/core/document.h"
#include "client/core/failure.h"
#include "client/core/signals.h"
#include "client/net/pattern.h"
#include "client/options.h"
#include "client/ping/lines.h"
#include "client/ping/path.h"
#include "client/ping/stall.h"
#include "client/ping/stats.h"
#include "common/clock.h"

/* With --reconnect so many probes may be under way, each on its own link. */
enum { LINKS = 256 };

/* So many probes are sent before something else is looked at. */
enum { BATCH = 64 };

struct ping {
	const struct options *opt;
	struct lines journal;
	struct stats account;
	const struct target *target;
	struct addr peer; /* that worked last; until one did, the first one */
	bool worked;
	struct origin from;
	struct path paths[LINKS];
	struct path *working; /* whose answer is being told */
	unsigned path_count;
	struct pollfd fds[LINKS * PATH_POLLS + 1]; /* the last: signals */
	uint64_t seq;				   /* of the last probe */
	uint64_t settled;			   /* answered or lost */
	int64_t next_due, deadline;
	struct stall vigil;
	bool held; /* the link was full when the next one was due */
	bool interrupted;
	struct link_user user;
};

/* What the kernel measured, as retransmissions look like delay. */
static const char *
kernel_info(const struct ping *p, char *text, size_t size)
{
	unsigned rtt_us, retransmitted;

	text[0] = '\0';
	if (p->opt->verbose > 0 && p->working != NULL &&
	    dial_info(p->working->link.fd, &rtt_us, &retransmitted) == 0)
		snprintf(text, size, " (kernel: rtt=%.3f ms, %u resent)",
		    rtt_us / 1e3, retransmitted);
	return text;
}

static void
answered(void *context, const struct answer *answer)
{
	struct ping *p = context;
	char info[80];

	stats_answer(&p->account, answer);
	if (!answer->late && answer->seq != 0)
		p->settled++;
	if (p->opt->fresh && answer->fault == FAULT_NONE &&
	    answer->late_ns == 0)
		histogram_record(&p->account.connects, answer->connect_ns);
	lines_answer(&p->journal, answer, kernel_info(p, info, sizeof(info)));
	/* The answer to the last one is the sign for the next. */
	if ((p->opt->adaptive || p->opt->flood) && answer->seq == p->seq &&
	    answer->fault == FAULT_NONE)
		p->next_due = clock_ns();
}

static void
ended(void *context, const struct ending *ending)
{
	struct ping *p = context;

	p->account.disconnects++;
	lines_disconnect(&p->journal, ending);
}

/* A path for the next probe: the one, or one that has nothing to do. */
static struct path *
choose_path(struct ping *p)
{
	/* The connection of the header is for the first probe. */
	if (!p->opt->fresh || p->seq == 0)
		return &p->paths[0];
	for (unsigned i = 0; i < p->path_count; i++)
		if (p->paths[i].link.state == LINK_DOWN)
			return &p->paths[i];
	if (p->path_count == LINKS)
		return NULL;
	link_init(&p->paths[p->path_count].link, (uint32_t)p->opt->size);
	return &p->paths[p->path_count++];
}

static void
lose(struct ping *p, uint64_t seq, enum fault fault)
{
	const struct answer answer = { .seq = seq, .fault = fault };

	answered(p, &answer);
}

/*
 * What it waits for a full link counts for the server, what it waits for us
 * for nobody.
 */
static bool
add(struct ping *p, struct path *path, uint64_t seq, int64_t due)
{
	if (p->held)
		return link_add(&path->link, seq, due, 0);
	return link_add(&path->link, seq, clock_ns(),
	    stall_late(&p->vigil, due));
}

static void
send_probe(struct ping *p, int64_t due)
{
	struct path *path = choose_path(p);
	uint64_t seq = ++p->seq;
	enum fault fault = FAULT_NONE;

	p->account.sent++;
	lines_sent(&p->journal);
	if (path != NULL && path->link.state == LINK_DOWN)
		fault = path_connect(path, p->target,
		    p->worked ? &p->peer : NULL, &p->from, p->opt);
	if (fault != FAULT_NONE)
		p->account.failed_connections++;
	if (path == NULL || fault != FAULT_NONE || !add(p, path, seq, due)) {
		lose(p, seq, fault != FAULT_NONE ? fault : FAULT_LOCAL);
		return;
	}
	p->working = path;
	link_send(&path->link, &p->user);
}

/*
 * Whether a probe may go now.  When the link is full it has to wait, and its
 * time counts from when it was due; a link that is full of lost ones is given
 * up.
 */
static bool
may_send(struct ping *p)
{
	struct link *l = &p->paths[0].link;

	if (p->opt->fresh || link_has_room(l))
		return true;
	if (link_waiting(l) == 0)
		path_down(&p->paths[0], FAULT_TIMEOUT, &p->user);
	return link_has_room(l);
}

/* The one that waits longest. */
static void
say_outstanding(struct ping *p)
{
	uint64_t oldest = 0, seq;

	for (unsigned i = 0; i < p->path_count; i++) {
		seq = link_oldest(&p->paths[i].link);
		if (seq != 0 && (oldest == 0 || seq < oldest))
			oldest = seq;
	}
	if (oldest != 0)
		lines_outstanding(&p->journal, oldest);
}

/*
 * Send what is due.  The schedule does not wait for a client that was late,
 * but echoes and signals are looked at in between.
 */
static void
send_due(struct ping *p)
{
	int64_t now = clock_ns(), due;
	bool bounded = p->opt->count > 0 && p->opt->deadline_ns == 0;

	for (int n = 0; n < BATCH && p->next_due <= now; n++) {
		if (bounded && p->seq >= (uint64_t)p->opt->count) {
			p->next_due = INT64_MAX;
			return;
		}
		if (!may_send(p)) {
			p->held = true;
			return;
		}
		if (p->opt->outstanding)
			say_outstanding(p);
		due = p->next_due;
		p->next_due = due + p->opt->interval_ns;
		send_probe(p, due);
		p->held &= p->next_due <= now;
	}
}

/* A connection was made after the first one. */
static void
connected(struct ping *p, struct path *path, const struct dialled *c)
{
	p->account.connections++;
	p->peer = c->peer;
	/* The handshake is a measurement only where each probe has its own. */
	if (p->opt->fresh)
		link_blame(&path->link, p->vigil.late);
	else
		lines_connect(&p->journal, c, p->worked);
	p->worked = true;
	link_send(&path->link, &p->user);
}

static void
work_on(struct ping *p, struct path *path, const struct pollfd *fds)
{
	struct link *l = &path->link;
	bool connecting = l->state == LINK_CONNECTING;
	struct dialled c;

	p->working = path;
	if (path_work(path, fds, p->vigil.late, &p->user, &c))
		connected(p, path, &c);
	/* Not by what the clock says after a slow reader of ours. */
	path_expire(path, p->vigil.asked, p->opt->timeout_ns, &p->user);
	if (connecting && l->state == LINK_DOWN)
		p->account.failed_connections++;
	/* Its only probe is done, or lost: nothing more is to be said on it. */
	if (p->opt->fresh && l->state != LINK_DOWN && link_waiting(l) == 0)
		path_down(path, FAULT_NONE, &p->user);
}

static void
work(struct ping *p)
{
	const struct pollfd *fds = p->fds;

	for (unsigned i = 0; i < p->path_count; i++) {
		unsigned polls = p->paths[i].polls;

		if (p->paths[i].link.state != LINK_DOWN)
			work_on(p, &p->paths[i], fds);
		fds += polls;
	}
	p->working = NULL;
}

static bool
is_over(const struct ping *p)
{
	uint64_t count = (uint64_t)p->opt->count;

	if (p->interrupted || p->journal.broken)
		return true;
	if (p->opt->deadline_ns > 0)
		return clock_ns() >= p->deadline ||
		    (count > 0 && p->account.received >= count);
	return count > 0 && p->seq >= count && p->settled >= count;
}

/* What to poll(2) for, and until when; returns how many. */
static unsigned
prepare(struct ping *p, int64_t *until)
{
	unsigned n = 0, waiting = 0;
	int64_t next;

	*until = INT64_MAX;
	for (unsigned i = 0; i < p->path_count; i++) {
		n += path_poll(&p->paths[i], &p->fds[n]);
		waiting += link_waiting(&p->paths[i].link);
		next = path_next(&p->paths[i], p->opt->timeout_ns);
		if (next < *until)
			*until = next;
	}
	/* A full link has to be emptied first. */
	if ((p->opt->fresh || link_has_room(&p->paths[0].link)) &&
	    p->next_due < *until)
		*until = p->next_due;
	if (p->opt->deadline_ns > 0 && p->deadline < *until)
		*until = p->deadline;
	p->fds[n] = (struct pollfd){ .fd = signals_fd(), .events = POLLIN };
	stall_ask(&p->vigil);
	if (waiting > 0 && p->vigil.asked + STALL_NAP < *until)
		*until = p->vigil.asked + STALL_NAP;
	return n + 1;
}

static void
sleep_until_event(struct ping *p)
{
	int64_t until, left;
	unsigned n = prepare(p, &until);
	struct timespec wait;

	left = until > p->vigil.asked ? until - p->vigil.asked : 0;
	wait.tv_sec = left / CLOCK_SECOND;
	wait.tv_nsec = left % CLOCK_SECOND;
	if (ppoll(p->fds, n, &wait, NULL) == -1)
		for (unsigned i = 0; i < n; i++)
			p->fds[i].revents = 0;
	stall_told(&p->vigil, until);
}

static void
run(struct ping *p)
{
	while (!is_over(p)) {
		send_due(p);
		/* The last one may have been lost at once. */
		if (is_over(p))
			return;
		sleep_until_event(p);
		switch (signals_read()) {
		case SIGNALS_STOP:
			p->interrupted = true;
			break;
		case SIGNALS_REPORT:
			lines_interim(&p->journal, &p->account);
			break;
		case SIGNALS_NONE:
			break;
		}
		work(p);
	}
}

/* The first connection is made before the first probe is due. */
static void
begin(struct ping *p, const struct target *t, struct failure *f)
{
	struct options bounded = *p->opt;
	struct dialled c = { .fd = -1 };

	if (bounded.deadline_ns > 0 && bounded.deadline_ns < bounded.timeout_ns)
		bounded.timeout_ns = bounded.deadline_ns;
	p->path_count = 1;
	link_init(&p->paths[0].link, (uint32_t)p->opt->size);
	p->target = t;
	p->peer = t->address[0];
	p->journal.peer = &p->peer;
	p->account.began = clock_ns();
	if (race_run(t, &bounded, &c, f) == 0) {
		p->peer = c.peer;
		p->worked = true;
		link_adopt(&p->paths[0].link, c.fd, c.connect_ns);
	}
	p->interrupted = f->outcome == OUTCOME_INTERRUPTED;
	lines_start(&p->journal, &c, f);
	stall_begin(&p->vigil);
	p->next_due = p->account.began = p->vigil.told;
	p->deadline = p->next_due + p->opt->deadline_ns;
}

int
ping_run(struct target *t, const struct options *opt,
    struct destination *product, const struct terminal *terminal,
    struct failure *f)
{
	struct ping *p = calloc(1, sizeof(*p));
	struct failure writing = { 0 }, outcome = { 0 };
	bool has_run = false;
	struct errbuf err;

	if (p == NULL)
		return failure_sys(f, OUTCOME_LIMIT, "memory");
	p->opt = opt;
	p->user = (struct link_user){ answered, ended, p };
	p->journal = (struct lines){ .opt = opt,
		.target = t,
		.terminal = terminal,
		.product = product,
		.failure = &writing };
	pattern_init(1);
	if (opt->interfaces.count > 0 &&
	    dial_origin(&p->from, opt->interfaces.item[0], &err) == -1)
		failure_set(f, OUTCOME_USAGE, "%s", err.text);
	else if (target_resolve(t, opt, f) == 0) {
		begin(p, t, f);
		if (f->outcome != OUTCOME_USAGE) {
			*f = (struct failure){ 0 };
			run(p);
			has_run = true;
		}
	}
	/* Whoever stops waiting has lost what is still under way. */
	for (unsigned i = 0; i < p->path_count; i++)
		path_down(&p->paths[i], FAULT_UNANSWERED, &p->user);
	if (has_run)
		stats_judge(&p->account, opt, &outcome);
	p->account.ended = clock_ns();
	if (p->account.began == 0)
		p->account.began = p->account.ended;
	/* An early end is an end like another: no reply, or some. */
	if (f->outcome == OUTCOME_INTERRUPTED)
		f->outcome = OUTCOME_NEGATIVE;
	if (f->outcome == OUTCOME_OK)
		*f = outcome;
	if (writing.outcome != OUTCOME_OK && f->outcome != OUTCOME_MISMATCH)
		*f = writing;
	if (t->count > 0 || product->data != NULL)
		lines_summary(&p->journal, &p->account, f);
	for (unsigned i = 0; i < p->path_count; i++)
		link_free(&p->paths[i].link);
	free(p);
	if (writing.outcome != OUTCOME_OK && f->outcome != OUTCOME_MISMATCH)
		*f = writing;
	return f->outcome == OUTCOME_OK ? 0 : -1;
}
