/* SPDX-License-Identifier: ISC */
/*
 * ping: the probes of a connection whose server sends anything: each is
 * answered once, or told lost and then answered late; none is called equal that
 * was not, nor different that was equal.
 */
#include "peer.h"

#include <poll.h>

#include "client/net/pattern.h"
#include "client/ping/probes.h"
#include "common/clock.h"

enum { PROBES = 100 };

static struct peer peer;

static struct tally {
	uint64_t added;
	unsigned complete; /* their echoes */
	bool different, ended;
	struct {
		unsigned lost, answered;
	} probe[PROBES + 1];
} tally;

static void
answered(void *context, const struct answer *a)
{
	struct probes *p = context;

	MUST(a->seq <= tally.added);
	MUST(a->time_ns >= 0 && a->late_ns >= 0);
	if (a->fault == FAULT_NONE) {
		MUST(a->seq != 0 && a->seq == tally.complete + 1u);
		MUST(a->late == (tally.probe[a->seq].lost > 0));
		tally.probe[a->seq].answered++;
		tally.complete++;
	} else if (a->fault == FAULT_MISMATCH) {
		MUST(!tally.different);
		tally.different = true;
		MUST(a->seq == 0 || a->at < p->size);
		if (a->seq != 0)
			tally.probe[a->seq].answered++;
	} else {
		MUST(a->seq != 0);
		tally.probe[a->seq].lost++;
	}
}

static void
ended(void *context, const struct ending *e)
{
	struct probes *p = context;

	MUST(!tally.ended && !tally.different);
	MUST(e->waiting == probes_waiting(p));
	MUST(e->idle_ns >= 0 && e->age_ns >= 0);
	tally.ended = true;
}

static void
work(struct probes *p)
{
	struct pollfd fds[PROBES_POLLS];
	unsigned n = probes_poll(p, fds);
	size_t equal;

	peer_drain(&peer);
	equal = peer_equal(&peer);
	if (n > 0 && poll(fds, n, 0) > 0)
		(void)probes_work(p, fds, 0, NULL);
	MUST((uint64_t)tally.complete * p->size <= equal);
	/* It is told only if it is there. */
	MUST(!tally.different || equal < peer.sent);
}

static void
act(struct probes *p, struct bytes *in)
{
	switch (next(in) % 8) {
	case 0:
	case 1:
		if (tally.added < PROBES &&
		    probes_add(p, tally.added + 1, clock_ns(), 0))
			tally.added++;
		break;
	case 2:
		probes_send(p);
		break;
	case 3:
		probes_expire(p, INT64_MAX / 2, 1);
		MUST(probes_waiting(p) == 0 && probes_oldest(p) == 0);
		break;
	case 4:
	case 5:
		work(p);
		break;
	default:
		peer_act(&peer, in);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = { data, size };
	struct probes p;
	struct probes_user user = { answered, ended, &p };
	uint32_t bytes = next(&in) + 1u;

	if (pattern_at(0)[0] == pattern_at(0)[1])
		pattern_init(1);
	tally = (struct tally){ .added = 0 };
	probes_init(&p, bytes > 200 ? bytes * 400 : bytes, &user);
	probes_adopt(&p, peer_open(&peer), 1);
	while (in.left > 0 && p.state == PROBES_UP)
		act(&p, &in);
	probes_close(&p, FAULT_UNANSWERED);
	for (uint64_t i = 1; i <= tally.added; i++) {
		MUST(tally.probe[i].lost <= 1 && tally.probe[i].answered <= 1);
		MUST(tally.probe[i].lost + tally.probe[i].answered > 0);
	}
	peer_close(&peer);
	return 0;
}
