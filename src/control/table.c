/* SPDX-License-Identifier: ISC */
#include "control/table.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "common/humanize.h"
#include "common/terminal.h"
#include "snapshot/snapshot.h"

enum { QUEUE_CELLS = 10 };

double
table_rate(const struct looks *looks, uint64_t now, uint64_t before)
{
	/* The numbers may be of another echod, which has been started since. */
	if (looks->before == NULL || looks->seconds <= 0 || now < before)
		return -1;
	return (double)(now - before) / looks->seconds;
}

/* How many cells a part of the whole takes; at least one, unless it is 0. */
static unsigned
cells_of(unsigned cells, uint64_t part, uint64_t whole)
{
	double share = whole > 0 ? (double)part / (double)whole : 0;

	if (share >= 1)
		return cells;
	return (unsigned)(share * cells) + (part > 0 ? 1 : 0);
}

void
table_bar(FILE *out, const struct terminal *t, unsigned cells, uint64_t full,
    uint64_t half, uint64_t whole)
{
	static const char *const plain[] = { "#", "+", "." };
	static const char *const utf8[] = { "\xe2\x96\x88", "\xe2\x96\x92",
		"\xc2\xb7" };
	const char *const *cell = t->utf8 ? utf8 : plain;
	unsigned a = cells_of(cells, full, whole);
	unsigned b = cells_of(cells, full + half, whole);
	enum colour colour = 10 * full >= 9 * whole ? COLOUR_BAD :
	    2 * full >= whole			    ? COLOUR_WARN :
						      COLOUR_GOOD;

	if (b < a + (half > 0) && a < cells)
		b = a + (half > 0);
	fputs(terminal_colour(t, colour), out);
	for (unsigned i = 0; i < cells; i++) {
		if (i == b)
			fputs(terminal_colour(t, COLOUR_FAINT), out);
		fputs(cell[i < a ? 0 : i < b ? 1 : 2], out);
	}
	fputs(terminal_colour(t, COLOUR_NONE), out);
}

/* The same listener in the look before; NULL: it was not there. */
static const struct snapshot_listener *
find_before(const struct looks *looks, const struct snapshot_listener *l)
{
	const struct snapshot *before = looks->before;

	for (unsigned i = 0; before != NULL && i < before->listener_count; i++)
		if (strcmp(before->listener[i].address, l->address) == 0)
			return &before->listener[i];
	return NULL;
}

static void
print_rates(FILE *out, const struct looks *looks,
    const struct snapshot_listener *l, const struct snapshot_listener *before)
{
	double new = -1, bytes = -1;

	if (before != NULL) {
		new = table_rate(looks, l->accepted, before->accepted);
		bytes = table_rate(looks, l->bytes_in, before->bytes_in);
	}
	fprintf(out, " %7s %10s", new < 0 ? "-" : humanize_short(new).text,
	    bytes < 0 ? "-" : humanize_bytes(bytes).text);
}

/*
 * Print where a listener comes from, unless echod has opened it, and whether it
 * drains.
 */
static void
print_remark(FILE *out, const struct snapshot_listener *l)
{
	const char *origin = l->origin < SNAPSHOT_ORIGINS ?
	    snapshot_origin_name[l->origin] :
	    "unknown";

	if (l->origin != SNAPSHOT_OWN)
		fprintf(out, "  %s", origin);
	if (l->name[0] != '\0')
		fprintf(out, " (%s)", l->name);
	if (l->draining != 0)
		fputs("  draining", out);
}

/*
 * With timeouts.defer_accept the kernel counts nearly each connection as a
 * drop, because it ignores the end of the handshake.  The drops beside these
 * are an estimate.
 */
static uint64_t
drops_of(const struct snapshot_listener *l)
{
	if (l->deferred == 0)
		return l->drops;
	return l->drops > l->accepted ? l->drops - l->accepted : 0;
}

static void
print_drops(FILE *out, const struct terminal *t,
    const struct snapshot_listener *l, const struct snapshot_listener *before)
{
	uint64_t drops = drops_of(l);
	bool alarm = drops > (before != NULL ? drops_of(before) : 0);
	char text[32];

	snprintf(text, sizeof(text), "%s%" PRIu64, l->deferred ? "~" : "",
	    drops);
	fprintf(out, " %s%7s%s", alarm ? terminal_colour(t, COLOUR_BAD) : "",
	    text, alarm ? terminal_colour(t, COLOUR_NONE) : "");
}

static void
print_listener(FILE *out, const struct terminal *t, const struct looks *looks,
    const struct snapshot_listener *l, int width)
{
	const struct snapshot_listener *before = find_before(looks, l);

	fprintf(out, "%-*s ", width, l->address);
	if (t->out) {
		table_bar(out, t, QUEUE_CELLS, l->waiting, 0, l->limit);
		putc(' ', out);
	}
	fprintf(out, "%7" PRIu64 " %7" PRIu64, l->waiting, l->limit);
	print_drops(out, t, l, before);
	fprintf(out, " %7" PRIu64, l->active);
	print_rates(out, looks, l, before);
	print_remark(out, l);
	putc('\n', out);
}

void
table_listeners(FILE *out, const struct terminal *t, const struct looks *looks)
{
	const struct snapshot *s = looks->now;
	int width = 15, n;

	for (unsigned i = 0; i < s->listener_count; i++)
		if ((n = (int)strlen(s->listener[i].address)) > width)
			width = n;
	fprintf(out, "%s%-*s ", terminal_colour(t, COLOUR_FAINT), width,
	    "listener");
	fprintf(out, "%*s%7s %7s %7s %7s %7s %10s%s\n",
	    t->out ? QUEUE_CELLS + 1 : 0, "", "waiting", "limit", "drops",
	    "clients", "new/s", "in/s", terminal_colour(t, COLOUR_NONE));
	for (unsigned i = 0; i < s->listener_count; i++)
		print_listener(out, t, looks, &s->listener[i], width);
}

void
table_workers(FILE *out, const struct snapshot_worker *worker, unsigned count)
{
	fprintf(out, "%6s %8s %4s %-8s %12s %9s %9s %9s  %s\n", "slot", "pid",
	    "gen", "state", "for", "clients", "in", "out", "client");
	for (unsigned i = 0; i < count; i++) {
		const struct snapshot_worker *w = &worker[i];

		fprintf(out, "%6" PRIu64 " %8" PRIu64 " %4" PRIu64 " %-8s",
		    w->slot, w->pid, w->generation,
		    w->state < SNAPSHOT_DOINGS ? snapshot_doing_name[w->state] :
						 "unknown");
		fprintf(out, " %12s %9" PRIu64,
		    humanize_age((int64_t)w->since_ms).text, w->connections);
		fprintf(out, " %9s", humanize_bytes((double)w->bytes_in).text);
		fprintf(out, " %9s", humanize_bytes((double)w->bytes_out).text);
		if (w->peer[0] != '\0')
			fprintf(out, "  %s", w->peer);
		if (w->listener[0] != '\0')
			fprintf(out, " at %s", w->listener);
		putc('\n', out);
	}
}
