/* SPDX-License-Identifier: ISC */
#include "client/ping/lines.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "client/core/destination.h"
#include "client/core/document.h"
#include "client/core/failure.h"
#include "common/humanize.h"
#include "common/terminal.h"
#include "client/net/dial.h"
#include "client/net/target.h"
#include "client/options.h"
#include "client/ping/probes.h"
#include "client/ping/stats.h"
#include "client/ping/summary.h"
#include "common/output.h"

static double
ms(double ns)
{
	return ns / 1e6;
}

static void
flush(struct lines *l)
{
	if (!l->broken && destination_flush(l->destination, l->failure) == -1)
		l->broken = true;
}

/* Write one object of JSON, even if the text cannot be written any more. */
static void
record(struct lines *l, json_t *object)
{
	struct failure failure;

	if (l->cut) {
		json_decref(object);
		return;
	}
	if (document_write(object, l->destination, DOCUMENT_LINE, &failure) ==
	    0)
		return;
	if (!l->broken)
		*l->failure = failure;
	l->broken = l->cut = true;
}

static bool
writes(const struct lines *l, enum format format)
{
	return l->destination->data != NULL && l->destination->format == format;
}

/* -D: local time; -DD: seconds since 1970. */
static void
print_date(const struct lines *l, FILE *out)
{
	struct timespec now;
	struct tm tm;
	char text[40], zone[8];

	if (l->opt->dates == 0)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	if (l->opt->dates > 1) {
		fprintf(out, "[%lld.%06ld] ", (long long)now.tv_sec,
		    now.tv_nsec / 1000);
		return;
	}
	localtime_r(&now.tv_sec, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	strftime(zone, sizeof(zone), "%z", &tm);
	fprintf(out, "[%s.%06ld%s] ", text, now.tv_nsec / 1000, zone);
}

/* Begin a line of text, up to "from ADDRESS: "; returns where it goes. */
static FILE *
begin_line(const struct lines *l, bool is_reply)
{
	FILE *out = l->destination->text;
	char host[ADDR_TEXT];

	print_date(l, out);
	if (is_reply)
		fprintf(out, "%" PRId64 " bytes ", l->opt->size);
	addr_host(l->peer, host, sizeof(host));
	fprintf(out, "from %s: ", host);
	return out;
}

/* Write the header of CSV, in every outcome of a run. */
static void
csv_header(struct lines *l)
{
	if (writes(l, FORMAT_CSV) && !l->has_header)
		fputs("seq,result,time_us,connect_time_us,at_byte,"
		      "client_late_us\n",
		    l->destination->data);
	l->has_header = true;
}

void
lines_start(struct lines *l, const struct dialled *c, const struct failure *why)
{
	FILE *out = l->destination->text;
	char host[ADDR_TEXT];
	json_t *object;

	addr_host(l->peer, host, sizeof(host));
	if (out != NULL)
		fprintf(out, "ECHO %s (%s) port %u: %" PRId64 " bytes, ",
		    l->target->host, host, l->target->port, l->opt->size);
	if (out != NULL && c->fd != -1)
		fprintf(out, "connected in %.3f ms\n",
		    ms((double)c->connect_ns));
	else if (out != NULL)
		fprintf(out, "not connected yet: %s\n", why->why.text);
	csv_header(l);
	if (writes(l, FORMAT_JSON)) {
		object = document_new(l->opt, l->target->host, l->target->port);
		document_set(object, "type", json_string("start"));
		document_set(json_object_get(object, "target"), "address",
		    json_string(host));
		document_connection(object, c->fd != -1 ? &c->peer : NULL,
		    &c->local, c->connect_ns);
		document_set(object, "size_bytes",
		    document_count(l->opt->size));
		document_set(object, "interval_us",
		    document_us(l->opt->interval_ns));
		l->has_start = true;
		record(l, object);
	}
	flush(l);
}

static bool
has_lines(const struct lines *l)
{
	return !l->opt->quiet && !l->opt->flood && l->destination->text != NULL;
}

static bool
draws_dots(const struct lines *l)
{
	return !l->opt->quiet && l->opt->flood && l->terminal->out &&
	    l->terminal->moves && l->destination->text != NULL;
}

void
lines_sent(struct lines *l)
{
	if (!draws_dots(l))
		return;
	putc('.', l->destination->text);
	flush(l);
}

static const char *
result_name(const struct answer *a)
{
	if (a->fault != FAULT_NONE)
		return fault_name(a->fault);
	return a->late ? "late" : "reply";
}

static void
answer_csv(const struct lines *l, const struct answer *a)
{
	FILE *file = l->destination->data;

	fprintf(file, "%" PRIu64 ",%s,", a->seq, result_name(a));
	if (a->fault == FAULT_NONE)
		fprintf(file, "%.3f", (double)a->time_ns / 1e3);
	putc(',', file);
	if (l->opt->fresh && a->fault == FAULT_NONE)
		fprintf(file, "%.3f", (double)a->connect_ns / 1e3);
	putc(',', file);
	if (a->fault == FAULT_MISMATCH)
		fprintf(file, "%" PRIu32, a->at);
	putc(',', file);
	if (a->late_ns > 0)
		fprintf(file, "%.3f", (double)a->late_ns / 1e3);
	putc('\n', file);
}

static json_t *
event(const char *type)
{
	json_t *object = json_object();

	document_set(object, "type", json_string(type));
	document_set(object, "time", document_now());
	return object;
}

static void
answer_json(struct lines *l, const struct answer *a)
{
	bool reply = a->fault == FAULT_NONE;
	json_t *object = event(reply ? "reply" : "loss");

	document_set(object, "seq", json_integer((json_int_t)a->seq));
	if (reply) {
		document_set(object, "late", json_boolean(a->late));
		document_set(object, "rtt_us", document_us(a->time_ns));
		document_set(object, "client_late_us",
		    document_us(a->late_ns > 0 ? a->late_ns : -1));
	} else {
		document_set(object, "reason",
		    json_string(fault_name(a->fault)));
	}
	if (reply && l->opt->fresh)
		document_set(object, "connect_time_us",
		    document_us(a->connect_ns));
	if (a->fault == FAULT_MISMATCH)
		document_set(object, "at_byte", json_integer(a->at));
	record(l, object);
}

static void
reply_text(const struct lines *l, const struct answer *a, const char *info)
{
	FILE *out = begin_line(l, true);

	fprintf(out, "seq=%" PRIu64 " ", a->seq);
	if (l->opt->fresh)
		fprintf(out, "connect=%.3f ms ", ms((double)a->connect_ns));
	fprintf(out, "time=%.3f ms%s%s", ms((double)a->time_ns),
	    a->late ? " late" : "", info);
	if (a->late_ns > 0)
		fprintf(out, " (this client was %.0f ms late)",
		    ms((double)a->late_ns));
	putc('\n', out);
}

static void
loss_text(const struct lines *l, const struct answer *a)
{
	FILE *out = begin_line(l, false);

	fprintf(out, "seq=%" PRIu64 " %s", a->seq,
	    terminal_colour(l->terminal, COLOUR_BAD));
	if (a->fault == FAULT_MISMATCH)
		fprintf(out, "corrupt at byte %" PRIu32, a->at);
	else
		fputs(a->fault == FAULT_TIMEOUT ? "timeout" :
						  fault_words(a->fault),
		    out);
	fprintf(out, "%s\n", terminal_colour(l->terminal, COLOUR_NONE));
}

void
lines_answer(struct lines *l, const struct answer *a, const char *info)
{
	if (writes(l, FORMAT_CSV))
		answer_csv(l, a);
	if (writes(l, FORMAT_JSON))
		answer_json(l, a);
	if (draws_dots(l))
		fputs(a->fault == FAULT_NONE ? "\b \b" : "\bE",
		    l->destination->text);
	else if (has_lines(l) && a->fault == FAULT_NONE)
		reply_text(l, a, info);
	else if (has_lines(l) && a->fault != FAULT_UNANSWERED)
		loss_text(l, a);
	flush(l);
}

void
lines_outstanding(struct lines *l, uint64_t seq)
{
	json_t *object;

	if (writes(l, FORMAT_JSON)) {
		object = event("outstanding");
		document_set(object, "seq", json_integer((json_int_t)seq));
		record(l, object);
	}
	if (has_lines(l))
		fprintf(begin_line(l, false), "seq=%" PRIu64 " no answer yet\n",
		    seq);
	flush(l);
}

/* In the colour of errors: a lost connection is what ping is used to find. */
static void
disconnect_text(const struct lines *l, const struct ending *e)
{
	FILE *out = begin_line(l, false);

	fprintf(out, "%s%s after %s idle",
	    terminal_colour(l->terminal, COLOUR_BAD),
	    e->fault == FAULT_ENDED	? "connection closed by the server" :
		e->fault == FAULT_RESET ? "connection reset" :
					  "connection lost",
	    humanize_time(e->idle_ns).text);
	if (e->waiting > 0)
		fprintf(out, " and %u probe%s", e->waiting,
		    e->waiting == 1 ? "" : "s");
	fprintf(out, "%s\n", terminal_colour(l->terminal, COLOUR_NONE));
}

void
lines_disconnect(struct lines *l, const struct ending *e)
{
	json_t *object;

	if (writes(l, FORMAT_JSON)) {
		object = event("disconnect");
		document_set(object, "reason",
		    json_string(fault_name(e->fault)));
		document_set(object, "idle_us", document_us(e->idle_ns));
		document_set(object, "age_us", document_us(e->age_ns));
		document_set(object, "waiting", json_integer(e->waiting));
		record(l, object);
	}
	if (has_lines(l))
		disconnect_text(l, e);
	flush(l);
}

void
lines_connect(struct lines *l, const struct dialled *c, bool again)
{
	char host[ADDR_TEXT], local[ADDR_TEXT];
	json_t *object;

	addr_host(&c->peer, host, sizeof(host));
	if (writes(l, FORMAT_JSON)) {
		object = event("connect");
		addr_text(&c->local, local, sizeof(local));
		document_set(object, "address", json_string(host));
		document_set(object, "local_address", json_string(local));
		document_set(object, "connect_time_us",
		    document_us(c->connect_ns));
		record(l, object);
	}
	if (has_lines(l))
		fprintf(begin_line(l, false), "connected%s in %.3f ms\n",
		    again ? " again" : "", ms((double)c->connect_ns));
	flush(l);
}

void
lines_interim(const struct stats *s)
{
	FILE *out = output_error();

	fprintf(out, "%" PRIu64 "/%" PRIu64 " received, %s loss", s->received,
	    s->sent, humanize_percent((double)s->lost, (double)s->sent).text);
	if (s->times.count > 0)
		summary_rtt(out, s, ", rtt");
	putc('\n', out);
}

static void
summarize(struct lines *l, const struct stats *s, const struct failure *outcome)
{
	/* Without a start object, the summary has what that would say. */
	json_t *object = l->has_start ?
	    json_object() :
	    document_new(l->opt, l->target->host, l->target->port);

	document_set(object, "type", json_string("summary"));
	summary_members(object, l->opt, s);
	document_outcome(object, outcome);
	record(l, object);
}

void
lines_summary(struct lines *l, const struct stats *s,
    const struct failure *outcome)
{
	csv_header(l);
	if (writes(l, FORMAT_JSON))
		summarize(l, s, outcome);
	/* CSV has one kind of rows, and no place for a summary. */
	if (writes(l, FORMAT_CSV) && l->destination->text == NULL)
		summary_text(output_error(), l->opt, l->target, s);
	if (l->destination->text != NULL)
		summary_text(l->destination->text, l->opt, l->target, s);
	flush(l);
}
