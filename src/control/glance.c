/* SPDX-License-Identifier: ISC */
#include "control/glance.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "common/humanize.h"
#include "common/terminal.h"
#include "control/table.h"
#include "snapshot/snapshot.h"

enum {
	LABEL = 10,	/* columns of the first one */
	BAR_MOST = 60,	/* columns of the bar */
	BAR_BESIDE = 20 /* and of what stands at its end */
};

static void
print_label(FILE *out, const struct terminal *t, const char *label)
{
	fprintf(out, "%s%-*s%s", terminal_colour(t, COLOUR_FAINT), LABEL, label,
	    terminal_colour(t, COLOUR_NONE));
}

static enum colour
colour_of(uint64_t state)
{
	switch (state) {
	case SNAPSHOT_SERVING:
		return COLOUR_GOOD;
	case SNAPSHOT_STOPPING:
		return COLOUR_BAD;
	default:
		return COLOUR_WARN;
	}
}

static void
print_head(FILE *out, const struct terminal *t, const struct snapshot *s)
{
	uint64_t state = s->service.state;

	fprintf(out, "%sechod %s%s  %s%s%s", terminal_colour(t, COLOUR_STRONG),
	    s->version, terminal_colour(t, COLOUR_NONE),
	    terminal_colour(t, colour_of(state)),
	    state < SNAPSHOT_STATES ? snapshot_state_name[state] : "unknown",
	    terminal_colour(t, COLOUR_NONE));
	fprintf(out, "  generation %" PRIu64 "  pid %" PRIu64 "  up %s\n\n",
	    s->service.generation, s->service.pid,
	    humanize_age((int64_t)s->service.uptime_ms).text);
}

/* One number of several, the first of which has no comma before it. */
static void
print_part(FILE *out, const char **comma, const char *name, uint64_t number)
{
	if (number == 0)
		return;
	fprintf(out, "%s%" PRIu64 " %s", *comma, number, name);
	*comma = ", ";
}

static void
print_workers(FILE *out, const struct terminal *t, unsigned width,
    const struct snapshot *s)
{
	const struct snapshot_census *w = &s->workers;
	unsigned cells = width > LABEL + BAR_BESIDE + 10 ?
	    width - LABEL - BAR_BESIDE :
	    10;
	const char *comma = ", ";

	print_label(out, t, "workers");
	if (t->out) {
		if (cells > BAR_MOST)
			cells = BAR_MOST;
		table_bar(out, t, cells, w->busy, w->idle + w->paused, w->max);
		fprintf(out, "  max %" PRIu64 "\n", w->max);
		print_label(out, t, "");
	}
	fprintf(out, "%" PRIu64 " busy, %" PRIu64 " idle", w->busy, w->idle);
	print_part(out, &comma, "starting", w->starting);
	print_part(out, &comma, "paused", w->paused);
	print_part(out, &comma, "leaving", w->leaving);
	print_part(out, &comma, "frozen", w->frozen);
	if (!t->out)
		fprintf(out, ", max %" PRIu64, w->max);
	if (w->at_max != 0)
		fprintf(out, "  %sno more: clients wait%s",
		    terminal_colour(t, COLOUR_BAD),
		    terminal_colour(t, COLOUR_NONE));
	putc('\n', out);
}

static void
print_clients(FILE *out, const struct terminal *t, const struct looks *looks)
{
	const struct snapshot_connections *c = &looks->now->connections, *b;
	double new, in, back;

	print_label(out, t, "clients");
	fprintf(out, "%" PRIu64 " now, %" PRIu64 " in all", c->active,
	    c->accepted);
	if (c->empty > 0)
		fprintf(out, ", %" PRIu64 " without a byte", c->empty);
	b = looks->before != NULL ? &looks->before->connections : c;
	if ((new = table_rate(looks, c->accepted, b->accepted)) >= 0)
		fprintf(out, ", %s/s", humanize_short(new).text);
	putc('\n', out);
	print_label(out, t, "bytes");
	fprintf(out, "%s in", humanize_bytes((double)c->bytes_in).text);
	fprintf(out, ", %s out", humanize_bytes((double)c->bytes_out).text);
	in = table_rate(looks, c->bytes_in, b->bytes_in);
	back = table_rate(looks, c->bytes_out, b->bytes_out);
	if (in >= 0 && back >= 0) {
		fprintf(out, "; %s/s in", humanize_bytes(in).text);
		fprintf(out, ", %s/s out", humanize_bytes(back).text);
	}
	putc('\n', out);
}

static void
print_oldest(FILE *out, const struct terminal *t, const struct snapshot *s)
{
	if (s->oldest.pid == 0)
		return;
	print_label(out, t, "oldest");
	fprintf(out, "%s at %s for %s", s->oldest.peer, s->oldest.listener,
	    humanize_age((int64_t)s->oldest.age_ms).text);
	fprintf(out, ", %s in",
	    humanize_bytes((double)s->oldest.bytes_in).text);
	fprintf(out, ", %s out\n",
	    humanize_bytes((double)s->oldest.bytes_out).text);
}

/* A line of the numbers that are not 0; no line if all are. */
static void
print_counts(FILE *out, const struct terminal *t, const char *label,
    const uint64_t *number, const char *const *name, unsigned count)
{
	const char *comma = "";
	bool any = false;

	for (unsigned i = 0; i < count; i++)
		any = any || number[i] != 0;
	if (!any)
		return;
	print_label(out, t, label);
	for (unsigned i = 0; i < count; i++)
		print_part(out, &comma, name[i], number[i]);
	putc('\n', out);
}

/* Print the counts of troubles that are not 0. */
static void
print_troubles(FILE *out, const struct terminal *t, const struct snapshot *s)
{
	const struct {
		const char *one, *many;
		uint64_t number;
	} all[] = {
		{ "connection that did not get as many bytes as it sent",
		    "connections that did not get as many bytes as they sent",
		    s->connections.mismatched },
		{ "worker died", "workers died",
		    s->pool.exited[SNAPSHOT_SIGNAL] +
			s->pool.exited[SNAPSHOT_STATUS] +
			s->pool.exited[SNAPSHOT_NOT_READY] },
		{ "worker could not be forked", "workers could not be forked",
		    s->pool.fork_failures },
		{ "time without an idle worker", "times without an idle worker",
		    s->pool.at_max },
		{ "log line lost", "log lines lost", s->log.lines_lost },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (all[i].number == 0)
			continue;
		print_label(out, t, "trouble");
		fprintf(out, "%s%" PRIu64 " %s%s\n",
		    terminal_colour(t, COLOUR_WARN), all[i].number,
		    all[i].number == 1 ? all[i].one : all[i].many,
		    terminal_colour(t, COLOUR_NONE));
	}
}

/* Print when something has happened last, and what the log has said. */
static void
print_last(FILE *out, const struct terminal *t, const struct snapshot *s,
    uint64_t at, bool good, const char *sentence)
{
	uint64_t now = s->service.taken_at;

	if (at == 0 || sentence[0] == '\0')
		return;
	print_label(out, t, "last");
	if (!good)
		fputs(terminal_colour(t, COLOUR_BAD), out);
	fputs(sentence, out);
	if (!good)
		fputs(terminal_colour(t, COLOUR_NONE), out);
	fprintf(out, ", %s ago\n",
	    humanize_age(now > at ? (int64_t)(now - at) : 0).text);
}

void
glance_print(FILE *out, const struct terminal *t, unsigned width,
    const struct looks *looks)
{
	const struct snapshot *s = looks->now;
	const struct snapshot_connections *c = &s->connections;

	print_head(out, t, s);
	print_workers(out, t, width, s);
	print_clients(out, t, looks);
	print_oldest(out, t, s);
	print_counts(out, t, "ended", c->closed, snapshot_reason_name,
	    SNAPSHOT_REASONS);
	print_counts(out, t, "refused", c->refused, snapshot_cause_name,
	    SNAPSHOT_CAUSES);
	print_troubles(out, t, s);
	print_last(out, t, s, s->reload.last_at, s->reload.last_good != 0,
	    s->reload.last);
	print_last(out, t, s, s->upgrade.last_at, true, s->upgrade.last);
	print_last(out, t, s, s->probe.last_at,
	    s->probe.enabled == 0 || s->probe.last_good != 0, s->probe.last);
	putc('\n', out);
	table_listeners(out, t, looks);
}
