/* SPDX-License-Identifier: ISC */
#include "reporter/visits.h"

#include <stddef.h>

static struct visit *
find_free(struct visits *visits)
{
	for (unsigned i = 0; i < VISITS; i++)
		if (visits->visit[i].state == VISIT_NONE)
			return &visits->visit[i];
	return NULL;
}

struct visit *
visits_enter(struct visits *visits, int fd, int64_t now_ms)
{
	struct visit *v = find_free(visits);

	if (v != NULL)
		*v = (struct visit){ .state = VISIT_ASKS,
			.fd = fd,
			.since_ms = now_ms,
			.deadline_ms = now_ms + VISITS_ASK_MS };
	return v;
}

bool
visits_have_room(const struct visits *visits)
{
	for (unsigned i = 0; i < VISITS; i++)
		if (visits->visit[i].state == VISIT_NONE)
			return true;
	return false;
}

struct visit *
visits_oldest(struct visits *visits)
{
	struct visit *oldest = NULL;

	for (unsigned i = 0; i < VISITS; i++) {
		struct visit *v = &visits->visit[i];

		if (v->state == VISIT_DROPPED)
			return NULL;
		if (v->state != VISIT_NONE && v->state != VISIT_WAITS &&
		    (oldest == NULL || v->since_ms < oldest->since_ms))
			oldest = v;
	}
	return oldest;
}

void
visit_wait(struct visit *v, enum reply_page page, unsigned question,
    int64_t now_ms)
{
	v->state = VISIT_WAITS;
	v->page = page;
	v->question = question;
	v->deadline_ms = now_ms + VISITS_WAIT_MS;
}

void
visit_take(struct visit *v, int64_t now_ms)
{
	v->state = VISIT_TAKES;
	v->deadline_ms = now_ms + VISITS_TAKE_MS;
}

static bool
has_deadline(const struct visit *v)
{
	return v->state != VISIT_NONE && v->state != VISIT_DROPPED;
}

struct visit *
visits_late(struct visits *visits, int64_t now_ms)
{
	for (unsigned i = 0; i < VISITS; i++)
		if (has_deadline(&visits->visit[i]) &&
		    now_ms >= visits->visit[i].deadline_ms)
			return &visits->visit[i];
	return NULL;
}

int64_t
visits_deadline(const struct visits *visits)
{
	int64_t next = INT64_MAX;

	for (unsigned i = 0; i < VISITS; i++)
		if (has_deadline(&visits->visit[i]) &&
		    visits->visit[i].deadline_ms < next)
			next = visits->visit[i].deadline_ms;
	return next;
}

struct visit *
visits_waiting(struct visits *visits, unsigned question)
{
	for (unsigned i = 0; i < VISITS; i++)
		if (visits->visit[i].state == VISIT_WAITS &&
		    (int)(question - visits->visit[i].question) >= 0)
			return &visits->visit[i];
	return NULL;
}

bool
visits_wait(const struct visits *visits)
{
	for (unsigned i = 0; i < VISITS; i++)
		if (visits->visit[i].state == VISIT_WAITS)
			return true;
	return false;
}
