/* SPDX-License-Identifier: ISC */
#include "daemon/accounts.h"

#include <sys/mman.h>

#include "common/errbuf.h"
#include "daemon/scoreboard.h"

enum { TRIES = 4 }; /* to read an account between two steps of its worker */

/* More than a worker can do in years; sums of it do not overflow soon. */
#define MOST (UINT64_C(1) << 56)

struct account *
accounts_create(unsigned capacity, struct errbuf *err)
{
	size_t size = capacity * sizeof(struct account);
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED) {
		errbuf_sys(err, "cannot map accounts of %zu bytes", size);
		return NULL;
	}
	return memory;
}

/* There is one writer, so this needs no atomic addition. */
static void
add(struct account *account, unsigned i, uint64_t n)
{
	atomic_store_explicit(&account->count[i],
	    atomic_load_explicit(&account->count[i], memory_order_relaxed) + n,
	    memory_order_release);
}

/* The listener of the present connection; bounded, for it may be untrue. */
static unsigned
listener_of(const struct account *account)
{
	uint32_t listener = atomic_load(&account->listener);

	return listener < ACCOUNT_LISTENERS ? listener : ACCOUNT_OTHERS;
}

void
account_begin(struct account *account, unsigned listener)
{
	atomic_store_explicit(&account->listener, listener,
	    memory_order_release);
}

void
account_refused(struct account *account)
{
	add(account, COUNT_REFUSED, 1);
	add(account, COUNT_ENDED + listener_of(account), 1);
}

static unsigned
bucket(int64_t ms)
{
	unsigned i = 0;

	while (i < SNAPSHOT_BOUNDS && ms > (int64_t)snapshot_bucket_ms[i])
		i++;
	return i;
}

void
account_empty(struct account *account)
{
	add(account, COUNT_EMPTY, 1);
}

void
account_ended(struct account *account, enum snapshot_reason reason, uint64_t in,
    uint64_t out, int64_t ms)
{
	unsigned listener = listener_of(account);

	add(account, COUNT_IN + listener, in);
	add(account, COUNT_OUT + listener, out);
	add(account, COUNT_CLOSED + reason, 1);
	add(account, COUNT_DURATION + bucket(ms), 1);
	add(account, COUNT_DURATION_MS, (uint64_t)ms);
	if (in != out && reason == SNAPSHOT_CLOSED)
		add(account, COUNT_MISMATCHED, 1);
	/* This comes last: until then the connection counts as open, see
	 * account_settle(). */
	add(account, COUNT_ENDED + listener, 1);
}

void
account_accept_failed(struct account *account, enum snapshot_fault fault)
{
	add(account, COUNT_ACCEPT_FAILURES + fault, 1);
}

static uint64_t
bounded(uint64_t n)
{
	return n < MOST ? n : MOST;
}

static uint64_t
sum(const uint64_t *count, unsigned n)
{
	uint64_t total = 0;

	for (unsigned i = 0; i < n; i++)
		total += count[i];
	return total;
}

/* By how much a number has grown; 0 if it seems to have become less. */
static uint64_t
beyond(uint64_t whole, uint64_t part)
{
	return whole > part ? whole - part : 0;
}

void
account_read(const struct account *account, const struct slot *slot,
    struct account_copy *copy)
{
	uint32_t connections;
	uint64_t in, out;
	unsigned tries = 0;

	/* If a connection begins or ends meanwhile, the numbers are of two
	 * moments: read them again. */
	do {
		connections = atomic_load(&slot->connections);
		copy->listener = listener_of(account);
		for (unsigned i = 0; i < COUNTS; i++)
			copy->count[i] = bounded(
			    atomic_load(&account->count[i]));
		in = bounded(atomic_load(&slot->bytes_in));
		out = bounded(atomic_load(&slot->bytes_out));
	} while ((atomic_load(&slot->connections) != connections ||
		     listener_of(account) != copy->listener) &&
	    ++tries < TRIES);
	/* The slot counts to 2^32 and then from 0 again. */
	copy->open = connections !=
	    (uint32_t)sum(&copy->count[COUNT_ENDED], ACCOUNT_LISTENERS);
	copy->in = beyond(in, sum(&copy->count[COUNT_IN], ACCOUNT_LISTENERS));
	copy->out = beyond(out,
	    sum(&copy->count[COUNT_OUT], ACCOUNT_LISTENERS));
	copy->count[COUNT_IN + copy->listener] += copy->in;
	copy->count[COUNT_OUT + copy->listener] += copy->out;
}

/*
 * A worker writes the counts of a connection one after the other, and may have
 * been killed between any two of them.  Add the counts that are missing.
 */
void
account_settle(struct account_copy *copy, int64_t ms)
{
	uint64_t *count = copy->count, ended, closed;

	if (copy->open)
		count[COUNT_ENDED + copy->listener]++;
	copy->open = false;
	ended = sum(&count[COUNT_ENDED], ACCOUNT_LISTENERS);
	closed = sum(&count[COUNT_CLOSED], SNAPSHOT_REASONS) +
	    count[COUNT_REFUSED];
	if (ended == closed + 1)
		count[COUNT_CLOSED + SNAPSHOT_DIED]++;
	closed = sum(&count[COUNT_CLOSED], SNAPSHOT_REASONS);
	if (closed == sum(&count[COUNT_DURATION], SNAPSHOT_BUCKETS) + 1) {
		count[COUNT_DURATION + bucket(ms)]++;
		count[COUNT_DURATION_MS] += (uint64_t)ms;
	}
}

void
account_clear(struct account *account)
{
	atomic_store(&account->listener, 0);
	for (unsigned i = 0; i < COUNTS; i++)
		atomic_store(&account->count[i], 0);
}
