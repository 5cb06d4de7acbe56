/* SPDX-License-Identifier: ISC */
#include "daemon/sources.h"

#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>

#include "common/addr.h"
#include "common/errbuf.h"
#include "common/siphash.h"
#include "daemon/rate.h"

enum {
	ENTRIES = SOURCES_SETS * SOURCES_WAYS,
	NOBODY = UINT16_MAX, /* the master, in the place of a worker */
	NONE = -1,
	/* An honest worker that fails so often lets others succeed as often. */
	TRIES = 10000,
	SECOND_US = 1000000,
};

/* What a worker is doing, in the lowest two bits of its step. */
enum phase { OUTSIDE, ENTERING, INSIDE, LEAVING };

/*
 * A step: the phase, the entry that it is about (17 bits), and a number that
 * grows with each step of this worker or of those before it in its slot, so
 * that no step ever looks like another one.
 */
_Static_assert(ENTRIES == 1 << 17, "an entry has 17 bits");

static uint64_t
make_step(enum phase phase, unsigned entry, uint64_t number)
{
	return (uint64_t)phase | (uint64_t)entry << 2 | number << 19;
}

static enum phase
phase_of(uint64_t step)
{
	return (enum phase)(step & 3);
}

static unsigned
entry_of(uint64_t step)
{
	return (unsigned)(step >> 2) % ENTRIES;
}

static uint64_t
number_of(uint64_t step)
{
	return step >> 19;
}

/*
 * A count: the network's mark (24 bits), the connections (16), and the worker
 * (16) and the end of the number (8) of the last step that changed it.  With
 * no connections the entry is free for any network.
 */
static uint64_t
make_count(uint64_t mark, unsigned connections, unsigned worker,
    uint64_t number)
{
	return mark << 40 | (uint64_t)connections << 24 |
	    (uint64_t)worker << 8 | (number & UINT8_MAX);
}

static uint64_t
mark_of(uint64_t word)
{
	return word >> 40;
}

static unsigned
connections_of(uint64_t count)
{
	return (count >> 24) & UINT16_MAX;
}

static bool
names(uint64_t count, unsigned worker, uint64_t number)
{
	return ((count >> 8) & UINT16_MAX) == worker &&
	    (count & UINT8_MAX) == (number & UINT8_MAX);
}

int
sources_create(struct sources *s, unsigned capacity, struct errbuf *err)
{
	size_t size = (1 + 2 * ENTRIES + (size_t)capacity) * sizeof(uint64_t);
	_Atomic uint64_t *memory;

	/* The kernel gives each program 16 random bytes: getauxval(3). */
	/* NOLINTNEXTLINE(performance-no-int-to-ptr) */
	memcpy(s->key, (const void *)getauxval(AT_RANDOM), sizeof(s->key));
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED)
		return errbuf_sys(err,
		    "cannot map a table of sources of %zu bytes", size);
	s->capacity = capacity;
	s->count = memory;
	s->due = s->count + ENTRIES;
	s->step = s->due + ENTRIES;
	s->uncounted = s->step + capacity;
	return 0;
}

/* The first `bits` bits of n bytes; the others become 0. */
static void
keep_prefix(uint8_t *bytes, unsigned n, unsigned bits)
{
	for (unsigned i = 0; i < n; i++)
		if (bits < (i + 1) * 8)
			bytes[i] = (uint8_t)(bits <= i * 8 ?
				0u :
				bytes[i] & (0xff00u >> (bits - i * 8)));
}

uint64_t
sources_network(const struct sources *s, const struct addr *a, unsigned bits4,
    unsigned bits6)
{
	struct {
		uint8_t address[16];
		uint32_t scope;
		uint16_t family;
		uint16_t bits;
	} network = { 0 };

	if (a->len == 0)
		return siphash(s->key, &network, sizeof(network));
	network.family = a->sa.sa_family;
	if (a->sa.sa_family == AF_INET) {
		memcpy(network.address, &a->in.sin_addr, 4);
		network.bits = (uint16_t)bits4;
		keep_prefix(network.address, 4, bits4);
	} else {
		memcpy(network.address, &a->in6.sin6_addr, 16);
		network.bits = (uint16_t)bits6;
		network.scope = a->in6.sin6_scope_id;
		keep_prefix(network.address, 16, bits6);
	}
	return siphash(s->key, &network, sizeof(network));
}

/* The first entry of the network's set; and its mark within the set. */
static unsigned
set_of(uint64_t network)
{
	return (unsigned)(network % SOURCES_SETS) * SOURCES_WAYS;
}

/* What the table has of a network at one moment. */
struct look {
	unsigned connections; /* in all entries of its set */
	int entry;	      /* where one more goes; NONE: the set is full */
	uint64_t count;	      /* the count in that entry */
};

/*
 * Two workers may enter the first connections of a network into two entries,
 * after one of these has become free between their looks: so add them up.
 */
static struct look
look_at(const struct sources *s, uint64_t network)
{
	struct look look = { .entry = NONE };
	unsigned first = set_of(network);
	bool found = false;

	for (unsigned i = first; i < first + SOURCES_WAYS; i++) {
		uint64_t count = atomic_load(&s->count[i]);
		bool own = mark_of(count) == mark_of(network) &&
		    connections_of(count) > 0;

		if (own)
			look.connections += connections_of(count);
		if ((own && !found) ||
		    (look.entry == NONE && connections_of(count) == 0)) {
			look.entry = (int)i;
			look.count = count;
		}
		found |= own;
	}
	return look;
}

/* Whether this step, which was announced, is the last one that was taken. */
static bool
is_last(uint64_t count, unsigned worker, uint64_t step, unsigned entry)
{
	return (phase_of(step) == ENTERING || phase_of(step) == LEAVING) &&
	    entry_of(step) == entry && names(count, worker, number_of(step));
}

static uint64_t
taken(uint64_t step)
{
	return make_step(phase_of(step) == ENTERING ? INSIDE : OUTSIDE,
	    entry_of(step), number_of(step));
}

/*
 * Change a count that is still `old`.  That overwrites which step has changed
 * it last; so first mark that step, in its worker's memory, as taken.
 */
static bool
change(struct sources *s, unsigned entry, uint64_t old, uint64_t new)
{
	unsigned worker = (old >> 8) & UINT16_MAX;
	uint64_t step;

	if (worker < s->capacity) {
		step = atomic_load(&s->step[worker]);
		/* Look after the step: it may be a later one. */
		if (atomic_load(&s->count[entry]) != old)
			return false;
		if (is_last(old, worker, step, entry))
			(void)atomic_compare_exchange_strong(&s->step[worker],
			    &step, taken(step));
	}
	return atomic_compare_exchange_strong(&s->count[entry], &old, new);
}

/* Announce a step.  Returns its number, which the entry does not name yet. */
static uint64_t
announce(struct sources *s, unsigned worker, enum phase phase, unsigned entry,
    uint64_t count)
{
	uint64_t number = number_of(atomic_load(&s->step[worker])) + 1;

	/* Skip a number that a step of long ago has left in the count. */
	if (names(count, worker, number))
		number++;
	atomic_store(&s->step[worker], make_step(phase, entry, number));
	return number;
}

/* The announced step has been taken, or is withdrawn: note its outcome. */
static void
settle(struct sources *s, unsigned worker, enum phase phase)
{
	uint64_t step = atomic_load(&s->step[worker]);

	atomic_store(&s->step[worker],
	    make_step(phase, entry_of(step), number_of(step)));
}

bool
sources_enter(struct sources *s, unsigned worker, uint64_t network,
    unsigned max)
{
	for (unsigned i = 0; i < TRIES; i++) {
		struct look look = look_at(s, network);
		unsigned n = connections_of(look.count);
		uint64_t number;

		if (look.connections >= max) {
			settle(s, worker, OUTSIDE);
			return false;
		}
		if (look.entry == NONE)
			break;
		number = announce(s, worker, ENTERING, (unsigned)look.entry,
		    look.count);
		if (!change(s, (unsigned)look.entry, look.count,
			make_count(mark_of(network), n + 1, worker, number)))
			continue;
		settle(s, worker, INSIDE);
		if (look_at(s, network).connections <= max)
			return true;
		/* Another worker has entered one elsewhere meanwhile. */
		sources_leave(s, worker);
	}
	settle(s, worker, OUTSIDE);
	atomic_fetch_add(s->uncounted, 1);
	return true;
}

/* Take one connection away, in a step of this worker. */
static void
lower(struct sources *s, unsigned entry, unsigned worker, uint64_t number)
{
	for (unsigned i = 0; i < TRIES; i++) {
		uint64_t count = atomic_load(&s->count[entry]);
		unsigned n = connections_of(count);

		if (n == 0 ||
		    change(s, entry, count,
			make_count(mark_of(count), n - 1, worker, number)))
			return;
	}
}

void
sources_leave(struct sources *s, unsigned worker)
{
	uint64_t step = atomic_load(&s->step[worker]);
	unsigned entry = entry_of(step);

	/* A connection that was not counted. */
	if (phase_of(step) != INSIDE)
		return;
	lower(s, entry, worker,
	    announce(s, worker, LEAVING, entry, atomic_load(&s->count[entry])));
	settle(s, worker, OUTSIDE);
}

void
sources_reaped(struct sources *s, unsigned worker)
{
	for (unsigned i = 0; i < TRIES; i++) {
		uint64_t step = atomic_load(&s->step[worker]);
		enum phase phase = phase_of(step);
		unsigned entry = entry_of(step);
		bool was_taken;

		if (phase == OUTSIDE)
			return;
		was_taken = is_last(atomic_load(&s->count[entry]), worker, step,
		    entry);
		/* Another worker has marked this step: look again. */
		if (!atomic_compare_exchange_strong(&s->step[worker], &step,
			make_step(OUTSIDE, entry, number_of(step))))
			continue;
		if (phase == INSIDE || (phase == ENTERING && was_taken) ||
		    (phase == LEAVING && !was_taken))
			lower(s, entry, NOBODY, 0);
		return;
	}
}

unsigned
sources_count(const struct sources *s, uint64_t network)
{
	return look_at(s, network).connections;
}

/*
 * A rate: the mark of the network (24 bits), and when its next connection is
 * due in microseconds (40 bits, which begin anew after 12 days).  An entry that
 * is not due in the future is free for any network.
 */
static const uint64_t due_bits = (UINT64_C(1) << 40) - 1;

/* Microseconds until then; 0: the entry is free. */
static int64_t
wait_of(uint64_t word, int64_t now_us)
{
	uint64_t wait = (word - (uint64_t)now_us) & due_bits;

	/* None is written that is further away than this. */
	return word != 0 && wait <= (uint64_t)2 * SECOND_US ? (int64_t)wait : 0;
}

bool
sources_arrive(struct sources *s, uint64_t network, unsigned rate,
    int64_t now_us)
{
	unsigned first = set_of(network);

	for (unsigned tries = 0; tries < TRIES; tries++) {
		int entry = NONE;
		uint64_t word = 0;
		int64_t wait = 0, next;

		for (unsigned i = first; i < first + SOURCES_WAYS && wait == 0;
		     i++) {
			uint64_t is = atomic_load(&s->due[i]);

			if (mark_of(is) == mark_of(network))
				wait = wait_of(is, now_us);
			if (wait > 0 ||
			    (entry == NONE && wait_of(is, now_us) == 0)) {
				entry = (int)i;
				word = is;
			}
		}
		if (entry == NONE)
			break;
		next = rate_pass(wait, 0, SECOND_US / (int64_t)rate, rate);
		if (next == -1)
			return false;
		if (atomic_compare_exchange_strong(&s->due[entry], &word,
			mark_of(network) << 40 |
			    ((uint64_t)(now_us + next) & due_bits)))
			return true;
	}
	atomic_fetch_add(s->uncounted, 1);
	return true;
}

uint64_t
sources_uncounted(const struct sources *s)
{
	return atomic_load(s->uncounted);
}
