/* SPDX-License-Identifier: ISC */
#include "daemon/report/gather.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "daemon/log/log.h"
#include "daemon/log/refusals.h"
#include "daemon/pool/autoscale.h"
#include "daemon/pool/generation.h"
#include "daemon/pool/pool.h"
#include "daemon/report/usage.h"
#include "snapshot/fields.h"

/* Milliseconds since 1970. */
static uint64_t
wall_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void
gather_begin(struct gather *g, int64_t now_ms)
{
	g->started_ms = now_ms;
	g->started_at = wall_ms();
}

void
gather_continue(struct gather *g, const struct snapshot *before)
{
	g->before = *before;
}

void
gather_ready(struct gather *g)
{
	g->reload.last_good = 1;
	g->reload.last_at = g->reload.last_done_at = wall_ms();
}

void
gather_reload(struct gather *g, bool good, const char *sentence)
{
	struct snapshot_reload *reload = &g->reload;

	reload->done += good;
	reload->failed += !good;
	reload->last_good = good;
	reload->last_at = wall_ms();
	if (good)
		reload->last_done_at = reload->last_at;
	snprintf(reload->last, sizeof(reload->last), "%s", sentence);
}

void
gather_upgrade(struct gather *g, bool good, const char *sentence)
{
	struct snapshot_upgrade *upgrade = &g->upgrade;

	upgrade->done += good;
	upgrade->failed += !good;
	upgrade->last_at = wall_ms();
	snprintf(upgrade->last, sizeof(upgrade->last), "%s", sentence);
}

void
gather_probe(struct gather *g, bool good, const char *sentence, int64_t us)
{
	struct snapshot_probe *probe = &g->probe;

	probe->enabled = 1;
	probe->good += good;
	probe->bad += !good;
	probe->last_good = good;
	probe->last_at = wall_ms();
	probe->last_us = (uint64_t)us;
	snprintf(probe->last, sizeof(probe->last), "%s", sentence);
}

static enum snapshot_doing
doing(const struct pool *pool, unsigned i)
{
	const struct pool_worker *worker = &pool->worker[i];

	if (worker->requested)
		return SNAPSHOT_IS_STARTING;
	if (worker->frozen)
		return SNAPSHOT_IS_FROZEN;
	if (worker->leaving)
		return SNAPSHOT_IS_LEAVING;
	switch (scoreboard_state(&pool->board, i)) {
	case SLOT_FREE:
	case SLOT_STARTING:
		/* As in pool_census(). */
		return worker->settle_ms != 0 ? SNAPSHOT_IS_STARTING :
						SNAPSHOT_IS_BUSY;
	case SLOT_IDLE:
		return SNAPSHOT_IS_IDLE;
	case SLOT_PAUSED:
		return SNAPSHOT_IS_PAUSED;
	default:
		return SNAPSHOT_IS_BUSY;
	}
}

/*
 * For how long a worker has been in its state, as it says; bounded by its age.
 */
static uint64_t
since(const struct pool *pool, unsigned i, int64_t now_ms)
{
	int64_t since_ms = atomic_load(&pool->board.slots[i].since_ms);

	if (since_ms < pool->worker[i].born_ms || since_ms > now_ms)
		return 0;
	return (uint64_t)(now_ms - since_ms);
}

static void
text(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from);
}

/* Name both ends of a connection; "" for a listener without a number. */
static void
name_ends(const struct pool *pool, unsigned i, const struct account_copy *copy,
    char *peer, char *listener)
{
	struct addr addr;

	scoreboard_peer(&pool->board.slots[i], &addr);
	addr_text(&addr, peer, ADDR_TEXT);
	if (copy->listener != ACCOUNT_OTHERS)
		text(listener, ADDR_TEXT, pool->ledger.address[copy->listener]);
}

bool
gather_worker(const struct pool *pool, unsigned i, int64_t now_ms,
    struct snapshot_worker *row)
{
	const struct pool_worker *worker = &pool->worker[i];
	const struct slot *slot = &pool->board.slots[i];
	struct account_copy copy;

	if (worker->pid == 0 && !worker->requested)
		return false;
	*row = (struct snapshot_worker){
		.slot = i,
		.pid = (uint64_t)worker->pid,
		.generation = worker->generation,
		.state = doing(pool, i),
		.since_ms = since(pool, i, now_ms),
		.connections = atomic_load(&slot->connections),
		.bytes_in = atomic_load(&slot->bytes_in),
		.bytes_out = atomic_load(&slot->bytes_out),
	};
	account_read(&pool->accounts[i], slot, &copy);
	if (copy.open)
		name_ends(pool, i, &copy, row->peer, row->listener);
	return true;
}

static void
count_worker(struct snapshot_census *census, enum snapshot_doing doing)
{
	uint64_t *const number[SNAPSHOT_DOINGS] = { &census->starting,
		&census->idle, &census->paused, &census->busy, &census->leaving,
		&census->frozen };

	++*number[doing];
}

static void
find_oldest(const struct pool *pool, unsigned i,
    const struct account_copy *copy, int64_t now_ms, struct snapshot *s)
{
	uint64_t age_ms = since(pool, i, now_ms);

	if (!copy->open || (s->oldest.pid != 0 && age_ms <= s->oldest.age_ms))
		return;
	s->oldest = (struct snapshot_oldest){
		.pid = (uint64_t)pool->worker[i].pid,
		.age_ms = age_ms,
		.bytes_in = copy->in,
		.bytes_out = copy->out,
	};
	name_ends(pool, i, copy, s->oldest.peer, s->oldest.listener);
}

/*
 * Count states and find the oldest connection, by looking at each worker once.
 */
static void
look_at_workers(struct pool *pool, int64_t now_ms, struct snapshot *s,
    struct ledger_sums *sums)
{
	struct account_copy copy;

	ledger_begin(&pool->ledger, sums);
	for (unsigned i = 0; i < pool->used; i++) {
		if (pool->worker[i].pid == 0 && !pool->worker[i].requested)
			continue;
		account_read(&pool->accounts[i], &pool->board.slots[i], &copy);
		ledger_add(sums, &copy);
		count_worker(&s->workers, doing(pool, i));
		find_oldest(pool, i, &copy, now_ms, s);
	}
	ledger_show(&pool->ledger, sums);
}

static void
count_connections(const struct ledger_sums *sums,
    struct snapshot_connections *c)
{
	const uint64_t *count = sums->count;

	for (unsigned i = 0; i < ACCOUNT_LISTENERS; i++) {
		c->active += sums->active[i];
		snapshot_add(&c->accepted,
		    count[COUNT_ENDED + i] + sums->active[i]);
		snapshot_add(&c->bytes_in, count[COUNT_IN + i]);
		snapshot_add(&c->bytes_out, count[COUNT_OUT + i]);
	}
	c->empty = count[COUNT_EMPTY];
	c->mismatched = count[COUNT_MISMATCHED];
	c->duration_ms = count[COUNT_DURATION_MS];
	memcpy(c->closed, &count[COUNT_CLOSED], sizeof(c->closed));
	memcpy(c->duration, &count[COUNT_DURATION], sizeof(c->duration));
	memcpy(c->accept_failures, &count[COUNT_ACCEPT_FAILURES],
	    sizeof(c->accept_failures));
	c->refused[SNAPSHOT_ACCESS] = refusals_total(REFUSAL_ACCESS);
	c->refused[SNAPSHOT_PER_SOURCE] = refusals_total(
	    REFUSAL_MAX_PER_SOURCE);
	c->refused[SNAPSHOT_RATE] = refusals_total(REFUSAL_RATE_PER_SOURCE);
}

/* Add what the accounts have counted for the listener with this number. */
static void
count_listener(const struct ledger_sums *sums, unsigned number,
    struct snapshot_listener *l)
{
	l->active = sums->active[number];
	l->accepted = sums->count[COUNT_ENDED + number] + l->active;
	l->bytes_in = sums->count[COUNT_IN + number];
	l->bytes_out = sums->count[COUNT_OUT + number];
}

static struct snapshot_listener *
find_listener(struct snapshot *s, const char *address)
{
	for (unsigned i = 0; i < s->listener_count; i++)
		if (strcmp(s->listener[i].address, address) == 0)
			return &s->listener[i];
	return NULL;
}

static enum snapshot_origin
origin(enum listener_origin origin)
{
	switch (origin) {
	case LISTENER_INHERITED:
		return SNAPSHOT_INHERITED;
	case LISTENER_STORED:
		return SNAPSHOT_STORED;
	case LISTENER_HANDED:
		return SNAPSHOT_HANDED_OVER;
	default:
		return SNAPSHOT_OWN;
	}
}

static void
add_listeners(const struct pool *pool, const struct ledger_sums *sums,
    const struct listener_set *set, bool draining, struct snapshot *s)
{
	for (unsigned i = 0;
	     i < set->count && s->listener_count < SNAPSHOT_LISTENERS - 1;
	     i++) {
		const struct listener *listener = &set->item[i];
		struct snapshot_listener *l = find_listener(s, listener->text);
		struct listener_queue queue;
		unsigned number = ledger_find(&pool->ledger, listener->text);

		/* Skip a drained address that has been opened anew. */
		if (l != NULL && draining)
			continue;
		/* Socket units may have several sockets for one address, such
		 * as one for each interface. */
		if (l == NULL) {
			l = &s->listener[s->listener_count++];
			text(l->address, sizeof(l->address), listener->text);
			text(l->name, sizeof(l->name), listener->name);
			l->origin = origin(listener->origin);
			l->draining = draining;
		}
		listener_queue(listener, &queue);
		l->waiting += queue.waiting;
		l->limit += queue.limit;
		l->drops += queue.drops;
		l->deferred |= queue.deferred;
		if (number != ACCOUNT_OTHERS)
			count_listener(sums, number, l);
	}
}

/* Add the row of the addresses that have no number of their own. */
static void
add_others(const struct ledger_sums *sums, struct snapshot *s)
{
	struct snapshot_listener *l = &s->listener[s->listener_count];

	count_listener(sums, ACCOUNT_OTHERS, l);
	if (l->accepted == 0)
		return;
	text(l->address, sizeof(l->address), "others");
	s->listener_count++;
}

static void
tell_pool(const struct gather_view *view, int64_t now_ms, struct snapshot *s)
{
	const struct autoscale *autoscale = view->autoscale;
	const struct config *config = &view->current->config;

	s->workers.start = (uint64_t)config->workers_start;
	s->workers.min_spare = (uint64_t)config->workers_min_spare;
	s->workers.max_spare = (uint64_t)config->workers_max_spare;
	s->workers.max = (uint64_t)config->workers_max;
	s->workers.at_max = autoscale->full.on;
	s->pool.started = view->pool->born;
	s->pool.fork_failures = autoscale->fork_failures;
	s->pool.at_max = autoscale->at_max;
	s->pool.at_max_ms = (uint64_t)autoscale->at_max_ms;
	if (autoscale->full.on)
		s->pool.at_max_ms += (uint64_t)(now_ms -
		    autoscale->full.since_ms);
	memcpy(s->pool.exited, view->pool->exited, sizeof(s->pool.exited));
}

/* Add the counters of earlier masters. */
static void
add_before(const struct snapshot *before, struct snapshot *s)
{
	fields_add(&fields_snapshot, s, before);
	for (unsigned i = 0; i < before->listener_count; i++) {
		struct snapshot_listener *l = find_listener(s,
		    before->listener[i].address);

		if (l != NULL)
			fields_add(&fields_listener, l, &before->listener[i]);
	}
}

void
gather_snapshot(struct gather *g, const struct gather_view *view,
    int64_t now_ms, struct snapshot *s)
{
	const struct snapshot *before = &g->before;
	struct ledger_sums sums;

	memset(s, 0, sizeof(*s));
	text(s->version, sizeof(s->version), PACKAGE_VERSION);
	s->service = (struct snapshot_service){
		.state = view->state,
		.pid = (uint64_t)getpid(),
		.generation = view->current->number,
		.taken_at = wall_ms(),
		.started_at = g->started_at,
		.uptime_ms = (uint64_t)(now_ms - g->started_ms),
		.first_started_at = before->service.first_started_at != 0 ?
		    before->service.first_started_at :
		    g->started_at,
	};
	look_at_workers(view->pool, now_ms, s, &sums);
	tell_pool(view, now_ms, s);
	count_connections(&sums, &s->connections);
	add_listeners(view->pool, &sums, &view->current->listeners, false, s);
	add_listeners(view->pool, &sums, view->draining, true, s);
	add_others(&sums, s);
	s->reload = g->reload;
	s->upgrade = g->upgrade;
	s->probe = g->probe;
	s->log.lines_lost = log_lost();
	s->log.sources_uncounted = sources_uncounted(&view->pool->sources);
	usage_measure(view->pool, view->logger, view->reporter, &s->process);
	add_before(before, s);
	/* Keep counters from going down: workers can write some of them, and
	 * processor time is measured in another way once a process has
	 * ended. */
	fields_floor(&fields_snapshot, s, &g->told);
	g->told = *s;
}
