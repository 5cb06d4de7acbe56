/* SPDX-License-Identifier: ISC */
#include "daemon/log/refusals.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#include "common/addr.h"
#include "common/errbuf.h"
#include "daemon/log/log.h"
#include "daemon/log/throttle.h"

enum { PEER_WORDS = sizeof(struct addr) / sizeof(uint64_t) };
_Static_assert(sizeof(struct addr) % sizeof(uint64_t) == 0,
    "an address is made of words");

static const struct throttle_rule rule = { 1, 1000 };

static const struct {
	const char *name;
	enum log_level level;
} reasons[REFUSALS] = {
	[REFUSAL_ACCESS] = { "access", LEVEL_INFO },
	[REFUSAL_MAX_PER_SOURCE] = { "max_per_source", LEVEL_WARNING },
	[REFUSAL_RATE_PER_SOURCE] = { "rate_per_source", LEVEL_WARNING },
};

/* Written by all workers, each at any time. */
static struct {
	_Atomic uint64_t total;
	_Atomic uint64_t state; /* see throttle.h */
	/* The last peer, and a check sum, as two workers may write it at
	 * once. */
	_Atomic uint64_t peer[PEER_WORDS];
	_Atomic uint64_t sum;
} * shared;

/*
 * When the master wrote last, so that no worker can make it write more often.
 */
static int64_t told_ms[REFUSALS];

int
refusals_open(struct errbuf *err)
{
	void *memory;

	if (shared != NULL)
		return 0;
	memory = mmap(NULL, REFUSALS * sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return errbuf_sys(err, "cannot map the counters of refusals");
	shared = memory;
	return 0;
}

static uint64_t
add_up(const uint64_t words[PEER_WORDS])
{
	uint64_t sum = 0;

	/* Multiply, for exchanged halves must not have the same sum. */
	for (unsigned i = 0; i < PEER_WORDS; i++)
		sum = (sum ^ words[i]) * UINT64_C(0x9e3779b97f4a7c15);
	return sum;
}

static void
keep_peer(enum refusal why, const struct addr *peer)
{
	uint64_t words[PEER_WORDS];

	memcpy(words, peer, sizeof(words));
	for (unsigned i = 0; i < PEER_WORDS; i++)
		atomic_store(&shared[why].peer[i], words[i]);
	atomic_store(&shared[why].sum, add_up(words));
}

/* The last peer; unknown if two workers write it at this moment. */
static void
take_peer(enum refusal why, struct addr *peer)
{
	uint64_t words[PEER_WORDS] = { 0 };

	for (unsigned i = 0; i < PEER_WORDS; i++)
		words[i] = atomic_load(&shared[why].peer[i]);
	memcpy(peer, words, sizeof(words));
	if (add_up(words) != atomic_load(&shared[why].sum) || !addr_sane(peer))
		peer->len = 0;
}

static void
say(enum refusal why, uint32_t connections, const struct addr *peer)
{
	char text[ADDR_TEXT];

	addr_text(peer, text, sizeof(text));
	log_write(reasons[why].level,
	    "refused reason=%s connections=%" PRIu32 " peer=%s",
	    reasons[why].name, connections, text);
}

bool
refusals_add(enum refusal why, const struct addr *peer, int64_t now_ms)
{
	struct throttle_step step;

	atomic_fetch_add(&shared[why].total, 1);
	if (!log_wants(reasons[why].level))
		return false;
	keep_peer(why, peer);
	step = throttle_take(&shared[why].state, &rule, now_ms, throttle_line);
	if (step.write)
		say(why, step.left_out + 1, peer);
	return !step.write && step.left_out == 1;
}

int64_t
refusals_tell(int64_t now_ms, bool all)
{
	int64_t next = INT64_MAX, due;
	struct throttle_step step;
	struct addr peer;

	for (unsigned i = 0; i < REFUSALS && shared != NULL; i++) {
		due = throttle_due(atomic_load(&shared[i].state), &rule,
		    now_ms);
		if (due == INT64_MAX)
			continue;
		if (told_ms[i] != 0 && due < told_ms[i] + rule.every_ms)
			due = told_ms[i] + rule.every_ms;
		if (!all && now_ms < due) {
			next = due < next ? due : next;
			continue;
		}
		told_ms[i] = now_ms;
		step = throttle_take(&shared[i].state, &rule, now_ms,
		    throttle_rest);
		if (!step.write)
			continue;
		take_peer((enum refusal)i, &peer);
		say((enum refusal)i, step.left_out, &peer);
	}
	return next;
}

uint64_t
refusals_total(enum refusal why)
{
	return shared != NULL ? atomic_load(&shared[why].total) : 0;
}
