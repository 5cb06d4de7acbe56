/* SPDX-License-Identifier: ISC */
#include "client/ping/path.h"

#include "common/clock.h"

enum fault
path_connect(struct path *p, const struct target *t, const struct addr *first,
    const struct origin *from, const struct options *opt)
{
	race_init(&p->race, t, first, from, opt);
	race_step(&p->race, clock_ns());
	if (race_is_lost(&p->race))
		return fault_of_errno(p->race.error);
	link_await(&p->link);
	return FAULT_NONE;
}

unsigned
path_poll(struct path *p, struct pollfd *fds)
{
	p->polls = 0;
	if (p->link.state == LINK_CONNECTING)
		p->polls = race_poll(&p->race, fds);
	else if (p->link.state == LINK_UP)
		fds[p->polls++] = (struct pollfd){ .fd = p->link.fd,
			.events = link_events(&p->link) };
	return p->polls;
}

static bool
connect_on(struct path *p, const struct pollfd *fds,
    const struct link_user *user, struct dialled *c)
{
	int winner = race_look(&p->race, fds);

	if (winner >= 0) {
		race_take(&p->race, winner, c);
		link_adopt(&p->link, c->fd, c->connect_ns);
		return true;
	}
	race_step(&p->race, clock_ns());
	if (race_is_lost(&p->race))
		path_down(p, fault_of_errno(p->race.error), user);
	return false;
}

bool
path_work(struct path *p, const struct pollfd *fds, int64_t late_ns,
    const struct link_user *user, struct dialled *c)
{
	if (p->link.state == LINK_CONNECTING)
		return connect_on(p, fds, user, c);
	if (p->link.state == LINK_UP && fds[0].revents != 0)
		link_work(&p->link, fds[0].revents, late_ns, user);
	return false;
}

int64_t
path_next(const struct path *p, int64_t timeout)
{
	int64_t next = link_deadline(&p->link, timeout);

	return p->link.state == LINK_CONNECTING && race_next(&p->race) < next ?
	    race_next(&p->race) :
	    next;
}

void
path_expire(struct path *p, int64_t now, int64_t timeout,
    const struct link_user *user)
{
	bool connecting = p->link.state == LINK_CONNECTING;

	link_expire(&p->link, now, timeout, user);
	if (connecting && p->link.state == LINK_DOWN)
		race_end(&p->race);
}

void
path_down(struct path *p, enum fault fault, const struct link_user *user)
{
	if (p->link.state == LINK_CONNECTING)
		race_end(&p->race);
	link_down(&p->link, fault, user);
}
