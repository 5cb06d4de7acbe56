/* SPDX-License-Identifier: ISC */
#include "daemon/master/answer.h"

#include <unistd.h>

#include "daemon/control/control.h"
#include "daemon/master/life.h"

static void
answer_help(struct caller *c)
{
	const struct verb *verb;

	for (size_t i = 0; (verb = verb_row(i)) != NULL; i++)
		caller_line(c, "%-8s %s", verb->name, verb->help);
	caller_ok(c);
}

static void
answer_status(const struct master *m, struct caller *c)
{
	caller_line(c, "echod 1 version=\"%s\"", PACKAGE_VERSION);
	caller_line(c, "service state=%s pid=%ld generation=%u",
	    m->phase == PHASE_STOP ? "stopping" : "serving", (long)getpid(),
	    m->current.number);
	caller_ok(c);
}

static void
answer(const struct master *m, struct caller *c)
{
	switch (c->verb->id) {
	case VERB_HELP:
		answer_help(c);
		break;
	case VERB_STATUS:
		answer_status(m, c);
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
		answer(m, c);
		control_said(&m->control, c, now_ms);
	}
	return control_asked(&m->control) != NULL ?
	    now_ms :
	    control_deadline(&m->control);
}
