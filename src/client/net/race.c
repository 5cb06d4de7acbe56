/* SPDX-License-Identifier: ISC */
#include "client/net/race.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "client/core/failure.h"
#include "client/core/fault.h"
#include "client/core/signals.h"
#include "client/options.h"
#include "common/clock.h"
#include "common/net.h"

/* The least time between two attempts, by RFC 8305 section 8. */
#define DELAY_MIN (10 * CLOCK_MS)

/* Alternate the families, beginning with that of the first address. */
static void
interleave(struct race *race, const struct target *t)
{
	unsigned next[2] = { 0, 0 };
	sa_family_t first = t->address[0].sa.sa_family;

	for (unsigned turn = 0; race->count < t->count; turn ^= 1) {
		unsigned *n = &next[turn];

		while (*n < t->count &&
		    (t->address[*n].sa.sa_family == first) != (turn == 0))
			++*n;
		if (*n < t->count)
			race->address[race->count++] = t->address[(*n)++];
	}
}

static void
put_first(struct race *race, const struct addr *first)
{
	unsigned i = 0;

	while (i < race->count && !addr_equal(&race->address[i], first))
		i++;
	if (i == race->count)
		return;
	memmove(&race->address[1], &race->address[0],
	    i * sizeof(race->address[0]));
	race->address[0] = *first;
}

void
race_init(struct race *race, const struct target *t, const struct addr *first,
    const struct origin *from, const struct options *opt)
{
	int64_t share;

	memset(race, 0, sizeof(*race));
	race->from = *from;
	race->nagle = opt->nagle;
	interleave(race, t);
	if (first != NULL)
		put_first(race, first);
	race->in_turn = opt->eyeballs_ns == 0;
	race->delay = opt->eyeballs_ns;
	if (race->delay < DELAY_MIN)
		race->delay = DELAY_MIN;
	/* All addresses, of which there is at least one, have to be tried
	 * within the time-out. */
	/* NOLINTNEXTLINE(clang-analyzer-core.DivideZero) */
	share = opt->timeout_ns / race->count;
	if (race->in_turn || race->delay > share)
		race->delay = share;
}

static bool
try_next(struct race *race, int64_t now)
{
	unsigned i = race->tried++;

	race->begun[i] = now;
	race->fd[i] = dial_begin(&race->address[i], &race->from, race->nagle,
	    NULL);
	if (race->fd[i] == -1)
		race->error = errno;
	else
		race->running++;
	return race->fd[i] != -1;
}

static void
give_up(struct race *race, unsigned i, int error)
{
	close(race->fd[i]);
	race->fd[i] = -1;
	race->running--;
	race->error = error;
}

void
race_step(struct race *race, int64_t now)
{
	if (race->in_turn && race->running > 0 && now >= race->next)
		give_up(race, race->tried - 1, ETIMEDOUT);
	while (race->tried < race->count &&
	    (race->running == 0 || now >= race->next))
		race->next = try_next(race, clock_ns()) ? now + race->delay :
							  now;
}

int64_t
race_next(const struct race *race)
{
	return race->tried < race->count || race->in_turn ? race->next :
							    INT64_MAX;
}

unsigned
race_poll(const struct race *race, struct pollfd *fds)
{
	unsigned n = 0;

	for (unsigned i = 0; i < race->tried; i++)
		if (race->fd[i] != -1)
			fds[n++] = (struct pollfd){ .fd = race->fd[i],
				.events = POLLOUT };
	return n;
}

int
race_look(struct race *race, const struct pollfd *fds)
{
	unsigned n = 0;

	for (unsigned i = 0; i < race->tried; i++) {
		int error;

		if (race->fd[i] == -1 || fds[n++].revents == 0)
			continue;
		error = dial_outcome(race->fd[i]);
		if (error == 0)
			return (int)i;
		give_up(race, i, error);
		/* The next attempt need not wait. */
		race->next = 0;
	}
	return -1;
}

bool
race_is_lost(const struct race *race)
{
	return race->running == 0 && race->tried == race->count;
}

void
race_take(struct race *race, int winner, struct dialled *c)
{
	c->fd = race->fd[winner];
	c->connect_ns = clock_ns() - race->begun[winner];
	c->peer = race->address[winner];
	if (net_local(c->fd, &c->local) == -1)
		addr_wildcard(&c->local, c->peer.sa.sa_family, 0);
	race->fd[winner] = -1;
	race_end(race);
}

void
race_end(struct race *race)
{
	for (unsigned i = 0; i < race->tried; i++) {
		if (race->fd[i] != -1)
			close(race->fd[i]);
		race->fd[i] = -1;
	}
	race->running = 0;
}

static int
lost(const struct race *race, struct failure *f)
{
	const struct addr *last = &race->address[race->tried - 1];
	int error = race->running > 0 || race->error == 0 ? ETIMEDOUT :
							    race->error;
	/* For IPv6, EADDRNOTAVAIL may mean that this host has none. */
	bool local = fault_of_errno(error) == FAULT_LOCAL &&
	    (error != EADDRNOTAVAIL || last->sa.sa_family == AF_INET);
	enum outcome outcome = local ? OUTCOME_LIMIT : OUTCOME_CONNECT;

	errno = error;
	if (race->tried > 1)
		return failure_sys(f, outcome,
		    "cannot connect to any of %u addresses", race->tried);
	return failure_sys(f, outcome, "cannot connect");
}

static int
run(struct race *race, int64_t end, struct failure *f)
{
	struct pollfd fds[TARGET_ADDRESSES + 1];
	int64_t now, until;
	unsigned n;
	int winner;

	for (;;) {
		now = clock_ns();
		/* Try at least one address, however late it is. */
		if (now < end || race->tried == 0)
			race_step(race, now);
		if (race_is_lost(race) || now >= end)
			return lost(race, f);
		until = race_next(race) < end ? race_next(race) : end;
		n = race_poll(race, fds);
		fds[n] = (struct pollfd){ .fd = signals_fd(),
			.events = POLLIN };
		if (poll(fds, n + 1,
			until > now ? (int)((until - now + 999999) / 1000000) :
				      0) == -1)
			continue;
		if (fds[n].revents != 0 && signals_stopped())
			return failure_set(f, OUTCOME_INTERRUPTED,
			    "%s while connecting", signals_words());
		winner = race_look(race, fds);
		if (winner >= 0)
			return winner;
	}
}

int
race_run(const struct target *t, const struct options *opt, struct dialled *c,
    struct failure *f)
{
	struct origin from = { 0 };
	struct race race;
	int winner;

	c->fd = -1;
	if (opt->interfaces.count > 0 &&
	    dial_origin(&from, opt->interfaces.item[0], f) == -1)
		return -1;
	race_init(&race, t, NULL, &from, opt);
	winner = run(&race, clock_ns() + opt->timeout_ns, f);
	if (winner == -1) {
		race_end(&race);
		return -1;
	}
	race_take(&race, winner, c);
	return 0;
}
