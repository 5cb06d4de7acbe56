/* SPDX-License-Identifier: ISC */
#include "snapshot/exposition.h"

#include <stdbool.h>
#include <stdint.h>

#include "snapshot/buffer.h"
#include "snapshot/metrics.h"
#include "snapshot/snapshot.h"

static uint64_t
number_at(const void *base, size_t offset)
{
	return *(const uint64_t *)(const void *)((const char *)base + offset);
}

static void
put_name(struct buffer *out, const struct metric *m, const char *suffix)
{
	buffer_text(out, "echod_");
	buffer_text(out, m->name);
	buffer_text(out, suffix);
}

static void
put_label(struct buffer *out, const char *before, const char *label,
    const char *value)
{
	buffer_text(out, before);
	buffer_text(out, label);
	buffer_text(out, "=\"");
	for (; *value != '\0'; value++)
		if (*value == '\n') {
			buffer_text(out, "\\n");
		} else {
			if (*value == '\\' || *value == '"')
				buffer_text(out, "\\");
			buffer_put(out, value, 1);
		}
	buffer_text(out, "\"");
}

static void
put_value(struct buffer *out, enum metric_unit unit, uint64_t value)
{
	buffer_text(out, " ");
	if (unit == UNIT_ONE)
		buffer_number(out, value);
	else
		buffer_seconds(out, value, unit == UNIT_MS ? 1000 : 1000000);
	buffer_text(out, "\n");
}

static void
put_sample(struct buffer *out, const struct metric *m, const char *label,
    const char *name, uint64_t value)
{
	put_name(out, m, "");
	if (label != NULL) {
		put_label(out, "{", label, name);
		buffer_text(out, "}");
	}
	put_value(out, m->unit, value);
}

static void
put_names(struct buffer *out, const struct metric *m, const struct snapshot *s)
{
	for (unsigned i = 0; i < m->count; i++)
		put_sample(out, m, m->label, m->names[i],
		    m->source == METRIC_NAMES ?
			number_at(s, m->offset + i * sizeof(uint64_t)) :
			number_at(s, m->offset) == i);
}

static void
put_listeners(struct buffer *out, const struct metric *m,
    const struct snapshot *s)
{
	for (unsigned i = 0; i < s->listener_count; i++)
		put_sample(out, m, "listener", s->listener[i].address,
		    number_at(&s->listener[i], m->offset));
}

static void
put_origins(struct buffer *out, const struct metric *m,
    const struct snapshot *s)
{
	for (unsigned i = 0; i < s->listener_count; i++) {
		const struct snapshot_listener *l = &s->listener[i];

		put_name(out, m, "");
		put_label(out, "{", "listener", l->address);
		put_label(out, ",", "name", l->name);
		put_label(out, ",", "origin",
		    l->origin < SNAPSHOT_ORIGINS ?
			snapshot_origin_name[l->origin] :
			"");
		buffer_text(out, "} 1\n");
	}
}

/* "0.001", "60": seconds without zeros at the end. */
static void
put_bound(struct buffer *out, uint64_t ms)
{
	size_t zeros = 0;

	buffer_seconds(out, ms, 1000);
	if (out->full)
		return;
	while (out->text[out->n - zeros - 1] == '0')
		zeros++;
	if (zeros == 3) /* and the point */
		zeros++;
	buffer_cut(out, out->n - zeros);
}

static void
put_histogram(struct buffer *out, const struct metric *m,
    const struct snapshot *s)
{
	const struct snapshot_connections *c = &s->connections;
	uint64_t sum = 0;

	for (unsigned i = 0; i < SNAPSHOT_BUCKETS; i++) {
		sum += c->duration[i];
		put_name(out, m, "_bucket{le=\"");
		if (i < SNAPSHOT_BOUNDS)
			put_bound(out, snapshot_bucket_ms[i]);
		else
			buffer_text(out, "+Inf");
		buffer_text(out, "\"}");
		put_value(out, UNIT_ONE, sum);
	}
	put_name(out, m, "_sum");
	put_value(out, UNIT_MS, c->duration_ms);
	put_name(out, m, "_count");
	put_value(out, UNIT_ONE, sum);
}

/* Whether the snapshot has a value for this metric. */
static bool
is_known(const struct metric *m, const struct snapshot *s)
{
	return (m->source != METRIC_KNOWN || number_at(s, m->offset) != 0) &&
	    (m->source != METRIC_PROBED || s->probe.enabled != 0);
}

static void
put_samples(struct buffer *out, const struct metric *m,
    const struct snapshot *s)
{
	switch (m->source) {
	case METRIC_NUMBER:
	case METRIC_KNOWN:
	case METRIC_PROBED:
		put_sample(out, m, NULL, NULL, number_at(s, m->offset));
		return;
	case METRIC_NAMES:
	case METRIC_CHOICE:
		put_names(out, m, s);
		return;
	case METRIC_LISTENER:
		put_listeners(out, m, s);
		return;
	case METRIC_BUILD:
		put_sample(out, m, "version", s->version, 1);
		return;
	case METRIC_ORIGIN:
		put_origins(out, m, s);
		return;
	case METRIC_HISTOGRAM:
		put_histogram(out, m, s);
	}
}

size_t
exposition_write(const struct snapshot *s, char *text, size_t room)
{
	struct buffer out;

	buffer_begin(&out, text, room);
	for (size_t i = 0; i < metrics_count; i++) {
		const struct metric *m = &metrics[i];

		if (!is_known(m, s))
			continue;
		buffer_text(&out, "# HELP ");
		put_name(&out, m, " ");
		buffer_text(&out, m->help);
		buffer_text(&out, "\n# TYPE ");
		put_name(&out, m, " ");
		buffer_text(&out, m->type);
		buffer_text(&out, "\n");
		put_samples(&out, m, s);
	}
	if (out.full)
		buffer_cut(&out, 0);
	return out.n;
}
