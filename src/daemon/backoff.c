/* SPDX-License-Identifier: ISC */
#include "daemon/backoff.h"

#include "daemon/master/policy.h"

enum {
	PROOF_MS = 100,	   /* a probe that lives so long is a success */
	SUSPECTS = 10,	   /* so many unproven deaths may be chance */
	WORN_MS = 1000,	   /* one of them is forgotten after this */
	STABLE_MS = 10000, /* a failure after so long begins a new row */
};

int64_t
backoff_failed(struct backoff *b, int64_t now_ms)
{
	int64_t ms;

	if (now_ms < b->retry_ms)
		return 0;
	if (now_ms - b->retry_ms > STABLE_MS)
		b->failures = 0;
	ms = policy_backoff_ms(++b->failures, (uint32_t)now_ms * 2654435761U);
	b->blocked = true;
	b->probing = false;
	b->retry_ms = now_ms + ms;
	return ms;
}

bool
backoff_suspects(struct backoff *b, int64_t now_ms)
{
	int64_t worn = (now_ms - b->unproven_ms) / WORN_MS;

	/* In the middle of a row there is no doubt. */
	if (b->failures > 0 && now_ms - b->retry_ms <= STABLE_MS)
		return true;
	b->unproven_ms += worn * WORN_MS;
	b->unproven = worn < b->unproven ? b->unproven - (unsigned)worn : 0;
	return ++b->unproven > SUSPECTS;
}

void
backoff_reset(struct backoff *b)
{
	*b = (struct backoff){ 0 };
}

unsigned
backoff_allow(struct backoff *b, unsigned wanted, unsigned starting,
    int64_t now_ms)
{
	if (!b->blocked)
		return wanted;
	if (now_ms < b->retry_ms)
		return 0;
	if (!b->probing && wanted > 0) {
		b->probing = true;
		b->proof_ms = 0;
		return 1;
	}
	if (b->probing && starting > 0)
		return 0;
	if (b->probing && b->proof_ms == 0)
		b->proof_ms = now_ms + PROOF_MS;
	if (b->probing && now_ms < b->proof_ms)
		return 0;
	b->blocked = false;
	b->probing = false;
	return wanted;
}

int64_t
backoff_next(const struct backoff *b, int64_t now_ms)
{
	if (b->blocked && now_ms < b->retry_ms)
		return b->retry_ms;
	if (b->blocked && b->probing && now_ms < b->proof_ms)
		return b->proof_ms;
	return INT64_MAX;
}
