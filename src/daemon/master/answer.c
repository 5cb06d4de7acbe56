/* SPDX-License-Identifier: ISC */
#include "daemon/master/answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "config/dump.h"
#include "daemon/control/control.h"
#include "daemon/log/log.h"
#include "daemon/master/life.h"
#include "daemon/master/succession.h"
#include "daemon/report/gather.h"
#include "snapshot/exposition.h"
#include "snapshot/wire.h"

enum { PART = 64 * 1024 }; /* bytes of an answer, at a time */

static void
answer_help(struct caller *c)
{
	const struct verb *verb;

	for (size_t i = 0; (verb = verb_row(i)) != NULL; i++)
		caller_line(c, "%-9s %s", verb->name, verb->help);
	caller_ok(c);
}

/* Static, as is the text made of it: both are too large for a small stack. */
static struct snapshot snapshot;

static void
answer_status(struct master *m, struct caller *c, int64_t now_ms)
{
	static char text[WIRE_TEXT];

	life_snapshot(m, now_ms, &snapshot);
	caller_text(c, text, wire_write(&snapshot, text, sizeof(text)));
	caller_ok(c);
}

/* What the text of a status begins with. */
static void
begin_lines(struct caller *c)
{
	caller_line(c, "echod %d version=\"%s\"", WIRE_FORMAT, PACKAGE_VERSION);
}

static void
answer_listeners(struct master *m, struct caller *c, int64_t now_ms)
{
	char line[WIRE_LINE];

	life_snapshot(m, now_ms, &snapshot);
	begin_lines(c);
	for (unsigned i = 0; i < snapshot.listener_count; i++)
		caller_text(c, line,
		    wire_write_listener(&snapshot.listener[i], line,
			sizeof(line)));
	caller_ok(c);
}

static void
answer_metrics(struct master *m, struct caller *c, int64_t now_ms)
{
	static char text[EXPOSITION_TEXT];

	life_snapshot(m, now_ms, &snapshot);
	caller_text(c, text, exposition_write(&snapshot, text, sizeof(text)));
	caller_ok(c);
}

/*
 * There may be thousands of workers, so the answer is written in parts, each
 * when the caller has read the one before.
 */
static void
answer_workers(const struct master *m, struct caller *c, int64_t now_ms)
{
	struct snapshot_worker worker;
	char line[WIRE_LINE];
	uint64_t i = c->position;

	if (i == 0)
		begin_lines(c);
	for (; i < m->pool.used && c->used < PART; i++)
		if (gather_worker(&m->pool, (unsigned)i, now_ms, &worker))
			caller_text(c, line,
			    wire_write_worker(&worker, line, sizeof(line)));
	if (i < m->pool.used)
		caller_go_on(c, i);
	else
		caller_ok(c);
}

static void
answer_config(const struct master *m, struct caller *c)
{
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);

	if (out != NULL)
		dump_lines(&m->current.config, out);
	if (out != NULL && fclose(out) == 0) {
		caller_text(c, text, n);
		caller_ok(c);
	} else {
		caller_error(c, EX_OSERR, "out of memory");
	}
	free(text);
}

/*
 * Requests that change something are logged before they are carried out, so
 * that the log tells who caused the lines that follow.
 */
static void
note(const struct caller *c)
{
	log_notice("control request=%s uid=%u pid=%ld", c->verb->name,
	    (unsigned)c->uid, (long)c->pid);
}

static void
answer_reload(struct master *m, struct caller *c, int64_t now_ms)
{
	note(c);
	if (m->phase == PHASE_STOP || m->phase == PHASE_PROBATION) {
		caller_error(c, EX_TEMPFAIL,
		    m->phase == PHASE_STOP ?
			"reload refused: stopping" :
			"reload refused: the new echod has the service");
		return;
	}
	/* A reload that is under way may have read the files before the caller
	 * changed them: wait for the one after it. */
	caller_wait(c, EVENT_RELOAD, m->reload.step != RELOAD_NONE ? 1 : 0);
	life_reload(m, now_ms);
}

/*
 * A second request, unlike a second TERM, does not make the stop more abrupt:
 * it only waits for the same end.
 */
static void
answer_drain(struct master *m, struct caller *c, int64_t now_ms)
{
	note(c);
	caller_wait(c, EVENT_STOP, 0);
	if (m->phase != PHASE_STOP && !state_is_lame_duck(m))
		life_stop_gracefully(m, now_ms);
}

static void
answer_stop(struct master *m, struct caller *c, int64_t now_ms)
{
	note(c);
	caller_wait(c, EVENT_STOP, 0);
	life_stop_now(m, now_ms);
}

static void
answer_upgrade(struct master *m, struct caller *c, int64_t now_ms)
{
	struct errbuf err;

	note(c);
	caller_wait(c, EVENT_UPGRADE, 0);
	/* An upgrade that fails at once has answered the caller already, by an
	 * event (tell_outcome()); one that is refused has not. */
	if (succession_begin(m, now_ms, &err) == -1 &&
	    c->state == CALLER_WAITING)
		caller_error(c, EX_TEMPFAIL, err.text);
}

static void
answer(struct master *m, struct caller *c, int64_t now_ms)
{
	switch (c->verb->id) {
	case VERB_CONFIG:
		answer_config(m, c);
		break;
	case VERB_DRAIN:
		answer_drain(m, c, now_ms);
		break;
	case VERB_HELP:
		answer_help(c);
		break;
	case VERB_LISTENERS:
		answer_listeners(m, c, now_ms);
		break;
	case VERB_METRICS:
		answer_metrics(m, c, now_ms);
		break;
	case VERB_RELOAD:
		answer_reload(m, c, now_ms);
		break;
	case VERB_STATUS:
		answer_status(m, c, now_ms);
		break;
	case VERB_STOP:
		answer_stop(m, c, now_ms);
		break;
	case VERB_UPGRADE:
		answer_upgrade(m, c, now_ms);
		break;
	case VERB_VERSION:
		caller_line(c, "%s", PACKAGE_STRING);
		caller_ok(c);
		break;
	case VERB_WORKERS:
		answer_workers(m, c, now_ms);
		break;
	}
}

int64_t
answer_step(struct master *m, int64_t now_ms)
{
	struct caller *c;

	control_step(&m->control, now_ms);
	/* One answer in each turn of the event loop, so that signals and
	 * workers do not wait for a crowd of callers. */
	if ((c = control_asked(&m->control)) == NULL)
		return control_deadline(&m->control);
	answer(m, c, now_ms);
	control_said(&m->control, c, now_ms);
	/* Come back at once: more requests may wait, and this one may have
	 * given other modules something to do. */
	return now_ms;
}

void
answer_end(struct master *m)
{
	char sentence[64];

	snprintf(sentence, sizeof(sentence), "stopped status=%d", m->status);
	control_tell(&m->control, EVENT_STOP, m->status, sentence, true);
	control_close(&m->control);
}
