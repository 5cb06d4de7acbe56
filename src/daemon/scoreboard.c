/* SPDX-License-Identifier: ISC */
#include "daemon/scoreboard.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/errbuf.h"

#ifndef MFD_NOEXEC_SEAL /* for headers older than Linux 6.3 */
#define MFD_NOEXEC_SEAL 8U
#endif
#ifndef F_SEAL_FUTURE_WRITE /* for headers older than Linux 5.1 */
#define F_SEAL_FUTURE_WRITE 16
#endif

enum {
	WORD_BITS = 64,
	CALL_MAX = 0xffff, /* above any number of a system call */
};

/* States of board_talk.why. */
enum { WHY_NONE, WHY_BEGUN, WHY_WHOLE };

/*
 * Make a file in memory, for a second mapping that is never writable.  -1: the
 * kernel has none.
 */
static int
open_memory(size_t size)
{
	/* From Linux 6.3 on MFD_NOEXEC_SEAL may be required; older kernels
	 * refuse it. */
	int fd = memfd_create("scoreboard",
	    MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);

	if (fd == -1)
		fd = memfd_create("scoreboard",
		    MFD_CLOEXEC | MFD_ALLOW_SEALING);
	/* It fails if the limit of file sizes (RLIMIT_FSIZE) is too low. */
	if (fd != -1 && ftruncate(fd, (off_t)size) == -1) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/*
 * Map the memory of the master twice: writable, but not in children (fork(2));
 * and read-only.  Since Linux 5.1 the second mapping cannot be made writable
 * again.
 */
static int
map_head(struct scoreboard *board, size_t size)
{
	int fd = open_memory(size), saved;
	void *head, *view = MAP_FAILED;

	head = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | (fd == -1 ? MAP_ANONYMOUS : 0), fd, 0);
	if (head != MAP_FAILED && fd != -1) {
		(void)fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE);
		view = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	} else if (head != MAP_FAILED) {
		view = mremap(head, 0, size, MREMAP_MAYMOVE);
		if (view != MAP_FAILED)
			(void)mprotect(view, size, PROT_READ);
	}
	saved = errno;
	if (fd != -1)
		close(fd);
	errno = saved;
	if (head == MAP_FAILED || view == MAP_FAILED ||
	    madvise(head, size, MADV_DONTFORK) == -1)
		return -1;
	board->head = head;
	board->view = view;
	return 0;
}

int
scoreboard_create(struct scoreboard *board, unsigned capacity,
    struct errbuf *err)
{
	size_t words = (capacity + WORD_BITS - 1) / WORD_BITS;
	size_t idle_bytes = (words * sizeof(uint64_t) + 63) / 64 * 64;
	size_t size = sizeof(struct board_talk) + idle_bytes +
	    capacity * sizeof(struct slot);
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED ||
	    map_head(board, sizeof(struct board_head) + idle_bytes) == -1)
		return errbuf_sys(err, "cannot map a scoreboard of %zu bytes",
		    size);
	board->talk = (struct board_talk *)memory;
	board->idle = (_Atomic uint64_t *)(memory + sizeof(*board->talk));
	board->slots = (struct slot *)(memory + sizeof(*board->talk) +
	    idle_bytes);
	board->capacity = capacity;
	return 0;
}

static uint64_t
bit_of(unsigned i)
{
	return (uint64_t)1 << (i % WORD_BITS);
}

void
scoreboard_recount(struct scoreboard *board, unsigned i)
{
	atomic_fetch_or(&board->head->counts[i / WORD_BITS], bit_of(i));
}

void
scoreboard_claim(struct scoreboard *board, unsigned i, int64_t now_ms)
{
	struct slot *slot = &board->slots[i];
	uint32_t words = i / WORD_BITS + 1;

	memset(slot, 0, sizeof(*slot));
	atomic_store(&slot->since_ms, now_ms);
	atomic_store(&slot->state, SLOT_STARTING);
	scoreboard_recount(board, i);
	if (words > atomic_load(&board->head->words))
		atomic_store(&board->head->words, words);
}

static void
clear_idle(struct scoreboard *board, unsigned i)
{
	atomic_fetch_and(&board->idle[i / WORD_BITS], ~bit_of(i));
}

void
scoreboard_discount(struct scoreboard *board, unsigned i)
{
	atomic_fetch_and(&board->head->counts[i / WORD_BITS], ~bit_of(i));
	clear_idle(board, i);
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
	uint32_t words = atomic_load(&board->view->words);
	unsigned count = 0;

	for (uint32_t i = 0; i < words; i++)
		count += (unsigned)__builtin_popcountll(
		    atomic_load(&board->idle[i]) &
		    atomic_load(&board->view->counts[i]));
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
	    atomic_load(&board->view->wake_above);
}

bool
scoreboard_busy(struct scoreboard *board, unsigned i, const struct addr *peer,
    int64_t now_ms)
{
	struct slot *slot = &board->slots[i];

	slot->peer = *peer;
	atomic_fetch_add_explicit(&slot->connections, 1, memory_order_relaxed);
	enter(slot, SLOT_BUSY, now_ms);
	clear_idle(board, i);
	return scoreboard_idle_count(board) <
	    atomic_load(&board->view->wake_below);
}

void
scoreboard_paused(struct scoreboard *board, unsigned i, int64_t now_ms)
{
	enter(&board->slots[i], SLOT_PAUSED, now_ms);
}

void
scoreboard_leaving(struct scoreboard *board, unsigned i, int64_t now_ms)
{
	enter(&board->slots[i], SLOT_LEAVING, now_ms);
	clear_idle(board, i);
}

void
scoreboard_add(struct slot *slot, uint64_t in, uint64_t out)
{
	/* There is one writer, so this needs no atomic addition. */
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
	/* Negative, so that it cannot be taken for a time. */
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

	if (!atomic_compare_exchange_strong(&board->talk->why_state, &none,
		WHY_BEGUN))
		return;
	snprintf(board->talk->why, sizeof(board->talk->why), "%s", why);
	atomic_store(&board->talk->why_state, WHY_WHOLE);
}

bool
scoreboard_take_why(struct scoreboard *board, char why[SCOREBOARD_WHY])
{
	bool whole = atomic_load(&board->talk->why_state) == WHY_WHOLE;

	memcpy(why, board->talk->why, SCOREBOARD_WHY);
	why[SCOREBOARD_WHY - 1] = '\0';
	atomic_store(&board->talk->why_state, WHY_NONE);
	return whole;
}
