/* SPDX-License-Identifier: ISC */
#include "daemon/master/answer.h"

#include "daemon/control/control.h"
#include "daemon/master/life.h"
#include "snapshot/exposition.h"
#include "snapshot/wire.h"

static void
answer_help(struct caller *c)
{
	const struct verb *verb;

	for (size_t i = 0; (verb = verb_row(i)) != NULL; i++)
		caller_line(c, "%-8s %s", verb->name, verb->help);
	caller_ok(c);
}

/* Too large for a small stack, as is the text made of it. */
static struct snapshot snapshot;

static void
answer_status(struct master *m, struct caller *c, int64_t now_ms)
{
	static char text[WIRE_TEXT];

	life_snapshot(m, now_ms, &snapshot);
	caller_text(c, text, wire_write(&snapshot, text, sizeof(text)));
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

static void
answer(struct master *m, struct caller *c, int64_t now_ms)
{
	switch (c->verb->id) {
	case VERB_HELP:
		answer_help(c);
		break;
	case VERB_METRICS:
		answer_metrics(m, c, now_ms);
		break;
	case VERB_STATUS:
		answer_status(m, c, now_ms);
		break;
	case VERB_VERSION:
		caller_line(c, "%s", PACKAGE_STRING);
		caller_ok(c);
		break;
	}
}

int64_t
answer_step(struct master *m, int64_t now_ms)
{
	struct caller *c;

	control_step(&m->control, now_ms);
	/* One answer at a time: signals and workers have to be heard as well. */
	if ((c = control_asked(&m->control)) != NULL) {
		answer(m, c, now_ms);
		control_said(&m->control, c, now_ms);
	}
	return control_asked(&m->control) != NULL ?
	    now_ms :
	    control_deadline(&m->control);
}
