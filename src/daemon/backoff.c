/* SPDX-License-Identifier: ISC */
#include "daemon/backoff.h"

enum {
	PROBE_MS = 100,	   /* a probe that is ready for so long is a success */
	SUSPECTS = 10,	   /* so many deaths may be chance */
	SUSPECT_MS = 1000, /* deaths that far apart do not add up */
	STABLE_MS = 1000,  /* a failure later than this begins a new row */
};

int64_t
backoff_ms(unsigned failures, uint32_t jitter)
{
	int64_t ms = BACKOFF_MIN_MS;

	for (; failures > 1 && ms < BACKOFF_MAX_MS; failures--)
		ms *= 2;
	if (ms > BACKOFF_MAX_MS)
		ms = BACKOFF_MAX_MS;
	return ms - (int64_t)(jitter % (uint32_t)(ms / 4));
}

/*
 * Whether a failure now belongs to the same row: if all went well for as long
 * as the last wait, it begins a new one.
 */
static bool
in_row(const struct backoff *b, int64_t now_ms)
{
	int64_t since_ms = now_ms - b->until_ms;

	return b->failures > 0 &&
	    (since_ms <= STABLE_MS || since_ms <= backoff_ms(b->failures, 0));
}

int64_t
backoff_failed(struct backoff *b, int64_t most_ms, int64_t now_ms)
{
	int64_t ms;

	if (b->state == BACKOFF_WAIT && now_ms < b->until_ms)
		return 0;
	if (!in_row(b, now_ms))
		b->failures = 0;
	if (b->failures == 0 || backoff_ms(b->failures + 1, 0) <= most_ms)
		b->failures++;
	ms = backoff_ms(b->failures, (uint32_t)now_ms * 2654435761U);
	b->state = BACKOFF_WAIT;
	b->until_ms = now_ms + ms;
	return ms;
}

bool
backoff_suspects(struct backoff *b, int64_t now_ms)
{
	if (in_row(b, now_ms))
		return true;
	if (now_ms - b->suspect_ms >= SUSPECT_MS)
		b->suspects = 0;
	b->suspect_ms = now_ms;
	return ++b->suspects > SUSPECTS;
}

unsigned
backoff_allow(struct backoff *b, unsigned wanted, unsigned starting,
    int64_t now_ms)
{
	if (b->state == BACKOFF_WAIT && now_ms >= b->until_ms && wanted > 0) {
		b->state = BACKOFF_PROBE;
		b->until_ms = INT64_MAX;
		return 1;
	}
	if (b->state == BACKOFF_PROBE && starting == 0 &&
	    b->until_ms == INT64_MAX)
		b->until_ms = now_ms + PROBE_MS;
	if (b->state != BACKOFF_OFF && now_ms < b->until_ms)
		return 0;
	b->state = BACKOFF_OFF;
	return wanted;
}

bool
backoff_over(struct backoff *b, int64_t now_ms)
{
	if (b->state == BACKOFF_WAIT && now_ms >= b->until_ms)
		b->state = BACKOFF_OFF;
	return b->state == BACKOFF_OFF;
}

int64_t
backoff_next(const struct backoff *b, int64_t now_ms)
{
	return b->state != BACKOFF_OFF && now_ms < b->until_ms ? b->until_ms :
								 INT64_MAX;
}
