/* SPDX-License-Identifier: ISC */
#include "daemon/scoreboard.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "common/errbuf.h"

enum {
	WORD_BITS = 64,
	CALL_MAX = 0xffff, /* above any number of a system call */
};

/* States of board_head.why. */
enum { WHY_NONE, WHY_BEGUN, WHY_WHOLE };

int
scoreboard_create(struct scoreboard *board, unsigned capacity,
    struct errbuf *err)
{
	size_t words = (capacity + WORD_BITS - 1) / WORD_BITS;
	size_t idle_bytes = (words * sizeof(uint64_t) + 63) / 64 * 64;
	size_t size = sizeof(struct board_head) + idle_bytes +
	    capacity * sizeof(struct slot);
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		return errbuf_sys(err, "cannot map a scoreboard of %zu bytes",
		    size);
	board->head = (struct board_head *)memory;
	board->idle = (_Atomic uint64_t *)(memory + sizeof(*board->head));
	board->slots = (struct slot *)(memory + sizeof(*board->head) +
	    idle_bytes);
	board->capacity = capacity;
	return 0;
}

void
scoreboard_claim(struct scoreboard *board, unsigned i, int64_t now_ms)
{
	struct slot *slot = &board->slots[i];
	uint32_t words = i / WORD_BITS + 1;

	memset(slot, 0, sizeof(*slot));
	atomic_store(&slot->since_ms, now_ms);
	atomic_store(&slot->state, SLOT_STARTING);
	if (words > atomic_load(&board->head->words))
		atomic_store(&board->head->words, words);
}

static uint64_t
bit_of(unsigned i)
{
	return (uint64_t)1 << (i % WORD_BITS);
}

void
scoreboard_discount(struct scoreboard *board, unsigned i)
{
	atomic_fetch_and(&board->idle[i / WORD_BITS], ~bit_of(i));
}

void
scoreboard_release(struct scoreboard *board, unsigned i)
{
	scoreboard_discount(board, i);
	atomic_store(&board->slots[i].state, SLOT_FREE);
}

void
scoreboard_thresholds(struct scoreboard *board, unsigned below, unsigned above)
{
	atomic_store(&board->head->wake_below, below);
	atomic_store(&board->head->wake_above, above);
}

unsigned
scoreboard_idle_count(const struct scoreboard *board)
{
	uint32_t words = atomic_load(&board->head->words);
	unsigned count = 0;

	/* A worker may have written any number: stay within the mapping. */
	if (words > (board->capacity + WORD_BITS - 1) / WORD_BITS)
		words = (board->capacity + WORD_BITS - 1) / WORD_BITS;
	for (uint32_t i = 0; i < words; i++)
		count += (unsigned)__builtin_popcountll(
		    atomic_load(&board->idle[i]));
	return count;
}

static void
enter(struct slot *slot, enum slot_state state, int64_t now_ms)
{
	atomic_store_explicit(&slot->since_ms, now_ms, memory_order_relaxed);
	atomic_store_explicit(&slot->state, state, memory_order_release);
}

bool
scoreboard_idle(struct scoreboard *board, unsigned i, int64_t now_ms)
{
	enter(&board->slots[i], SLOT_IDLE, now_ms);
	atomic_fetch_or(&board->idle[i / WORD_BITS], bit_of(i));
	return scoreboard_idle_count(board) >
	    atomic_load(&board->head->wake_above);
}

bool
scoreboard_busy(struct scoreboard *board, unsigned i, const struct addr *peer,
    int64_t now_ms)
{
	struct slot *slot = &board->slots[i];

	slot->peer = *peer;
	atomic_fetch_add_explicit(&slot->connections, 1, memory_order_relaxed);
	enter(slot, SLOT_BUSY, now_ms);
	scoreboard_discount(board, i);
	return scoreboard_idle_count(board) <
	    atomic_load(&board->head->wake_below);
}

void
scoreboard_leaving(struct scoreboard *board, unsigned i, int64_t now_ms)
{
	enter(&board->slots[i], SLOT_LEAVING, now_ms);
	scoreboard_discount(board, i);
}

void
scoreboard_add(struct slot *slot, uint64_t in, uint64_t out)
{
	/* There is one writer: a plain sum will do, without a locked bus. */
	atomic_store_explicit(&slot->bytes_in,
	    atomic_load_explicit(&slot->bytes_in, memory_order_relaxed) + in,
	    memory_order_relaxed);
	atomic_store_explicit(&slot->bytes_out,
	    atomic_load_explicit(&slot->bytes_out, memory_order_relaxed) + out,
	    memory_order_relaxed);
}

void
scoreboard_broke(struct slot *slot, int call)
{
	/* A time is never negative. */
	atomic_store(&slot->since_ms, -1 - (int64_t)call);
}

int
scoreboard_broken_by(const struct slot *slot)
{
	int64_t left = atomic_load(&slot->since_ms);

	return left < 0 && left >= -1 - CALL_MAX ? (int)(-1 - left) : -1;
}

enum slot_state
scoreboard_state(const struct scoreboard *board, unsigned i)
{
	uint32_t state = atomic_load_explicit(&board->slots[i].state,
	    memory_order_acquire);

	return state < SLOT_STATES ? (enum slot_state)state : SLOT_LEAVING;
}

void
scoreboard_peer(const struct slot *slot, struct addr *peer)
{
	*peer = slot->peer;
	if (!addr_sane(peer))
		peer->len = 0;
}

void
scoreboard_complain(struct scoreboard *board, const char *why)
{
	uint32_t none = WHY_NONE;

	if (!atomic_compare_exchange_strong(&board->head->why_state, &none,
		WHY_BEGUN))
		return;
	snprintf(board->head->why, sizeof(board->head->why), "%s", why);
	atomic_store(&board->head->why_state, WHY_WHOLE);
}

bool
scoreboard_take_why(struct scoreboard *board, char why[SCOREBOARD_WHY])
{
	bool whole = atomic_load(&board->head->why_state) == WHY_WHOLE;

	memcpy(why, board->head->why, SCOREBOARD_WHY);
	why[SCOREBOARD_WHY - 1] = '\0';
	atomic_store(&board->head->why_state, WHY_NONE);
	return whole;
}
