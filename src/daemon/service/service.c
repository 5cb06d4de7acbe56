/* SPDX-License-Identifier: ISC */
#include "daemon/service/service.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "common/clock.h"
#include "daemon/environment.h"

enum {
	EACH_MS = 1000, /* between two texts, or two requests for time */
	/* The time to ask for if the end is unknown; before it is over, more is
	 * asked for. */
	GRANT_MS = 10000,
};

void
service_open(struct service *s, int waiter, bool background, int ready_fd)
{
	*s = (struct service){ .background = background,
		.ready_fd = ready_fd,
		/* In an upgrade the old master tells the manager until we have
		 * the service. */
		.starting = environment()->handover == NULL,
		.over_ms = INT64_MAX,
		.extend_ms = clock_ms() + EACH_MS };
	notify_open(&s->notify, environment()->notify_socket);
	watchdog_open(&s->watchdog, waiter);
}

bool
service_is_heard(const struct service *s)
{
	return s->notify.fd != -1;
}

/* Describe the state in one line for people. */
static void
describe(const struct service *s, const struct service_facts *f,
    char text[NOTIFY_TEXT])
{
	if (s->stopping && !f->lame_duck)
		snprintf(text, NOTIFY_TEXT, "stopping, workers left %u",
		    f->workers);
	else
		snprintf(text, NOTIFY_TEXT,
		    "generation %u, busy %u/%u%s%s%s%s%s%s", f->generation,
		    f->busy, f->max, f->lame_duck ? ", lame duck" : "",
		    s->reloading ? ", reloading" : "",
		    s->failure[0] != '\0' ? "; " : "", s->failure,
		    f->failing ? "; " : "",
		    f->failing ? s->watchdog.why.text : "");
}

/* Send a state, "NAME=VALUE\n" or nothing, with the text that belongs to it. */
static void
tell(struct service *s, const char *state, const struct service_facts *f,
    int64_t now_ms)
{
	char text[NOTIFY_TEXT];

	if (s->silent)
		return;
	s->told = *f;
	s->told_ms = now_ms;
	describe(s, f, text);
	notify_send(&s->notify, state[0] != '\0' ? NOTIFY_STATE : NOTIFY_STATUS,
	    now_ms, "%sSTATUS=%s", state, notify_clean(text));
}

/* A reader that has closed its end does not want to know. */
static void
write_newline(struct service *s)
{
	if (s->ready_fd == 0)
		return;
	(void)!write(s->ready_fd, "\n", 1);
	close(s->ready_fd);
	s->ready_fd = 0;
}

void
service_ready(struct service *s, const struct service_facts *f, int64_t now_ms)
{
	char state[64] = "READY=1\n";

	write_newline(s);
	s->starting = false;
	if (s->background)
		snprintf(state, sizeof(state), "READY=1\nMAINPID=%ld\n",
		    (long)getpid());
	tell(s, state, f, now_ms);
}

void
service_failed(struct service *s, const char *reason, int64_t now_ms)
{
	char text[SERVICE_OUTCOME];

	s->starting = false;
	snprintf(text, sizeof(text), "%s", reason);
	notify_send(&s->notify, NOTIFY_STATE, now_ms,
	    "STOPPING=1\nSTATUS=start failed: %s", notify_clean(text));
}

void
service_reload_begins(struct service *s, const struct service_facts *f,
    int64_t now_ms)
{
	char state[64];

	s->reloading = true;
	if (!s->stopping) {
		s->over_ms = INT64_MAX;
		s->extend_ms = now_ms + EACH_MS;
	}
	/* This time must be that of the message, or the manager takes it for
	 * the answer to an earlier request. */
	snprintf(state, sizeof(state),
	    "RELOADING=1\nMONOTONIC_USEC=%" PRId64 "\n", clock_ns() / 1000);
	/* For a manager that was told of a stop, the service does not become
	 * ready again. */
	tell(s, s->stopping ? "" : state, f, now_ms);
}

void
service_reload_ends(struct service *s, const char *failure,
    const struct service_facts *f, int64_t now_ms)
{
	s->reloading = false;
	snprintf(s->failure, sizeof(s->failure), "%s",
	    failure != NULL ? failure : "");
	tell(s, s->stopping ? "" : "READY=1\n", f, now_ms);
}

void
service_yields(struct service *s, pid_t pid, int64_t now_ms)
{
	notify_send(&s->notify, NOTIFY_STATE, now_ms, "MAINPID=%ld", (long)pid);
	s->silent = true;
}

void
service_returns(struct service *s, const struct service_facts *f,
    int64_t now_ms)
{
	char state[64];

	s->silent = false;
	snprintf(state, sizeof(state), "MAINPID=%ld\nREADY=1\n",
	    (long)getpid());
	tell(s, state, f, now_ms);
}

void
service_upgrade_ends(struct service *s, const char *failure,
    const struct service_facts *f, int64_t now_ms)
{
	snprintf(s->failure, sizeof(s->failure), "%s",
	    failure != NULL ? failure : "");
	tell(s, "", f, now_ms);
}

void
service_stops(struct service *s, int64_t drain_ms,
    const struct service_facts *f, int64_t now_ms)
{
	s->over_ms = drain_ms == INT64_MAX ?
	    INT64_MAX :
	    now_ms + drain_ms + SERVICE_STOP_MS;
	s->extend_ms = now_ms;
	if (s->stopping)
		return;
	s->stopping = true;
	tell(s, "STOPPING=1\n", f, now_ms);
}

/*
 * Ask for as much time as the start, reload or stop may still take; again and
 * again, for it may take long with many workers or clients.
 */
static int64_t
extend(struct service *s, int64_t now_ms)
{
	int64_t left = s->over_ms == INT64_MAX ? GRANT_MS : s->over_ms - now_ms;

	if (left <= 0)
		return INT64_MAX;
	if (now_ms >= s->extend_ms) {
		notify_send(&s->notify, NOTIFY_EXTEND, now_ms,
		    "EXTEND_TIMEOUT_USEC=%" PRId64, left * 1000);
		s->extend_ms = now_ms + EACH_MS;
	}
	return s->extend_ms;
}

int64_t
service_step(struct service *s, const struct service_facts *f, int64_t now_ms)
{
	int64_t next = INT64_MAX;

	if (s->silent)
		return notify_step(&s->notify, now_ms);
	/* A change of the busy workers alone is not told, for each client
	 * causes one.  When many clients come, the pool grows or is full, and
	 * that is told. */
	if (f->generation != 0 &&
	    (f->workers != s->told.workers || f->full != s->told.full ||
		f->max != s->told.max || f->lame_duck != s->told.lame_duck ||
		f->failing != s->told.failing)) {
		if (now_ms >= s->told_ms + EACH_MS)
			tell(s, "", f, now_ms);
		else
			next = s->told_ms + EACH_MS;
	}
	if (!s->silent && (s->starting || s->reloading || s->stopping))
		next = clock_earlier(next, extend(s, now_ms));
	return clock_earlier(next, notify_step(&s->notify, now_ms));
}
