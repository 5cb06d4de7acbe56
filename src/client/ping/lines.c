/* SPDX-License-Identifier: ISC */
#include "client/ping/lines.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "client/core/destination.h"
#include "client/core/document.h"
#include "client/core/failure.h"
#include "client/core/humanize.h"
#include "client/core/terminal.h"
#include "client/net/dial.h"
#include "client/net/target.h"
#include "client/options.h"
#include "client/ping/link.h"
#include "client/ping/stats.h"
#include "client/ping/summary.h"
#include "common/output.h"

static double
ms(double ns)
{
	return ns / 1e6;
}

static void
flush(struct lines *j)
{
	if (!j->broken && destination_flush(j->product, j->failure) == -1)
		j->broken = true;
}

/* One line of JSON, also where the text cannot be written any more. */
static void
record(struct lines *j, json_t *object)
{
	struct failure failure;

	if (j->cut) {
		json_decref(object);
		return;
	}
	if (document_write(object, j->product, DOCUMENT_LINE, &failure) == 0)
		return;
	if (!j->broken)
		*j->failure = failure;
	j->broken = j->cut = true;
}

static bool
writes(const struct lines *j, enum format format)
{
	return j->product->data != NULL && j->product->format == format;
}

/* -D: local time; -DD: seconds since 1970. */
static void
date(struct lines *j)
{
	struct timespec now;
	struct tm tm;
	char text[40], zone[8];

	if (j->opt->dates == 0)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	if (j->opt->dates > 1) {
		destination_text(j->product, "[%lld.%06ld] ",
		    (long long)now.tv_sec, now.tv_nsec / 1000);
		return;
	}
	localtime_r(&now.tv_sec, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	strftime(zone, sizeof(zone), "%z", &tm);
	destination_text(j->product, "[%s.%06ld%s] ", text, now.tv_nsec / 1000,
	    zone);
}

static const char *
host_of(const struct lines *j, char *host)
{
	addr_host(j->peer, host, ADDR_TEXT);
	return host;
}

/* There is one in every outcome. */
static void
csv_header(struct lines *j)
{
	if (writes(j, FORMAT_CSV) && !j->has_header)
		fputs("seq,result,time_us,connect_time_us,at_byte,"
		      "client_late_us\n",
		    j->product->data);
	j->has_header = true;
}

void
lines_start(struct lines *j, const struct dialled *c, const struct failure *why)
{
	char host[ADDR_TEXT];
	json_t *object;

	destination_text(j->product,
	    "ECHO %s (%s) port %u: %" PRId64 " bytes, ", j->target->host,
	    host_of(j, host), j->target->port, j->opt->size);
	if (c->fd != -1)
		destination_text(j->product, "connected in %.3f ms\n",
		    ms((double)c->connect_ns));
	else
		destination_text(j->product, "not connected yet: %s\n",
		    why->why.text);
	csv_header(j);
	if (writes(j, FORMAT_JSON)) {
		object = document_new(j->opt, j->target->host, j->target->port);
		json_object_set_new(object, "type", json_string("start"));
		json_object_set_new(json_object_get(object, "target"),
		    "address", json_string(host));
		document_connection(object, c->fd != -1 ? &c->peer : NULL,
		    &c->local, c->connect_ns);
		json_object_set_new(object, "size_bytes",
		    document_count(j->opt->size));
		json_object_set_new(object, "interval_us",
		    document_us(j->opt->interval_ns));
		j->has_start = true;
		record(j, object);
	}
	flush(j);
}

static bool
draws_dots(const struct lines *j)
{
	return j->opt->flood && j->terminal->out && j->terminal->moves &&
	    !j->opt->quiet;
}

void
lines_sent(struct lines *j)
{
	if (!draws_dots(j))
		return;
	destination_text(j->product, ".");
	flush(j);
}

/* "reply", "late", or the kind of loss. */
static const char *
result_name(const struct answer *a)
{
	if (a->fault != FAULT_NONE)
		return fault_name(a->fault);
	return a->late ? "late" : "reply";
}

static void
answer_csv(const struct lines *j, const struct answer *a)
{
	FILE *file = j->product->data;

	fprintf(file, "%" PRIu64 ",%s,", a->seq, result_name(a));
	if (a->fault == FAULT_NONE)
		fprintf(file, "%.3f", (double)a->time_ns / 1e3);
	putc(',', file);
	if (j->opt->fresh && a->fault == FAULT_NONE)
		fprintf(file, "%.3f", (double)a->connect_ns / 1e3);
	putc(',', file);
	if (a->fault == FAULT_MISMATCH)
		fprintf(file, "%" PRIu32, a->at);
	putc(',', file);
	if (a->late_ns > 0)
		fprintf(file, "%.3f", (double)a->late_ns / 1e3);
	putc('\n', file);
}

/* Something that has happened now. */
static json_t *
event(const char *type)
{
	json_t *object = json_object();

	json_object_set_new(object, "type", json_string(type));
	json_object_set_new(object, "time", document_now());
	return object;
}

static void
answer_json(struct lines *j, const struct answer *a)
{
	bool reply = a->fault == FAULT_NONE;
	json_t *object = event(reply ? "reply" : "loss");

	json_object_set_new(object, "seq", json_integer((json_int_t)a->seq));
	if (reply) {
		json_object_set_new(object, "late", json_boolean(a->late));
		json_object_set_new(object, "rtt_us", document_us(a->time_ns));
		json_object_set_new(object, "client_late_us",
		    document_us(a->late_ns > 0 ? a->late_ns : -1));
	} else {
		json_object_set_new(object, "reason",
		    json_string(fault_name(a->fault)));
	}
	if (reply && j->opt->fresh)
		json_object_set_new(object, "connect_time_us",
		    document_us(a->connect_ns));
	if (a->fault == FAULT_MISMATCH)
		json_object_set_new(object, "at_byte", json_integer(a->at));
	record(j, object);
}

static void
reply_text(struct lines *j, const struct answer *a, const char *info)
{
	destination_text(j->product, "time=%.3f ms%s%s", ms((double)a->time_ns),
	    a->late ? " late" : "", info);
	if (a->late_ns > 0)
		destination_text(j->product, " (this client was %.0f ms late)",
		    ms((double)a->late_ns));
	destination_text(j->product, "\n");
}

static void
answer_text(struct lines *j, const struct answer *a, const char *info)
{
	const struct terminal *t = j->terminal;
	bool reply = a->fault == FAULT_NONE;
	char host[ADDR_TEXT];

	date(j);
	if (reply)
		destination_text(j->product, "%" PRId64 " bytes ",
		    j->opt->size);
	destination_text(j->product, "from %s: seq=%" PRIu64 " ",
	    host_of(j, host), a->seq);
	if (reply && j->opt->fresh)
		destination_text(j->product, "connect=%.3f ms ",
		    ms((double)a->connect_ns));
	if (reply)
		reply_text(j, a, info);
	else if (a->fault == FAULT_MISMATCH)
		destination_text(j->product,
		    "%scorrupt at byte %" PRIu32 "%s\n",
		    terminal_colour(t, COLOUR_BAD), a->at,
		    terminal_colour(t, COLOUR_NONE));
	else
		destination_text(j->product, "%s%s%s\n",
		    terminal_colour(t, COLOUR_BAD),
		    a->fault == FAULT_TIMEOUT ? "timeout" :
						fault_words(a->fault),
		    terminal_colour(t, COLOUR_NONE));
}

/* Whether there are lines between the header and the summary. */
static bool
has_lines(const struct lines *j)
{
	return !j->opt->quiet && !j->opt->flood && j->product->text != NULL;
}

void
lines_answer(struct lines *j, const struct answer *a, const char *info)
{
	if (writes(j, FORMAT_CSV))
		answer_csv(j, a);
	if (writes(j, FORMAT_JSON))
		answer_json(j, a);
	if (draws_dots(j))
		destination_text(j->product, "%s",
		    a->fault == FAULT_NONE ? "\b \b" : "\bE");
	else if (has_lines(j) && a->fault != FAULT_UNANSWERED)
		answer_text(j, a, info);
	flush(j);
}

void
lines_outstanding(struct lines *j, uint64_t seq)
{
	char host[ADDR_TEXT];
	json_t *object;

	if (writes(j, FORMAT_JSON)) {
		object = event("outstanding");
		json_object_set_new(object, "seq",
		    json_integer((json_int_t)seq));
		record(j, object);
	}
	if (has_lines(j)) {
		date(j);
		destination_text(j->product,
		    "from %s: seq=%" PRIu64 " no answer yet\n",
		    host_of(j, host), seq);
	}
	flush(j);
}

/* In the colour of errors: it may be no error, but ping is used to find it. */
static void
disconnect_text(struct lines *j, const struct ending *e)
{
	char host[ADDR_TEXT], idle[HUMANIZE_TEXT];

	date(j);
	destination_text(j->product, "from %s: %s%s after %s idle",
	    host_of(j, host), terminal_colour(j->terminal, COLOUR_BAD),
	    e->fault == FAULT_ENDED	? "connection closed by the server" :
		e->fault == FAULT_RESET ? "connection reset" :
					  "connection lost",
	    humanize_time(e->idle_ns, idle, sizeof(idle)));
	if (e->waiting > 0)
		destination_text(j->product, " and %u probe%s", e->waiting,
		    e->waiting == 1 ? "" : "s");
	destination_text(j->product, "%s\n",
	    terminal_colour(j->terminal, COLOUR_NONE));
}

void
lines_disconnect(struct lines *j, const struct ending *e)
{
	json_t *object;

	if (writes(j, FORMAT_JSON)) {
		object = event("disconnect");
		json_object_set_new(object, "reason",
		    json_string(fault_name(e->fault)));
		json_object_set_new(object, "idle_us", document_us(e->idle_ns));
		json_object_set_new(object, "age_us", document_us(e->age_ns));
		json_object_set_new(object, "waiting",
		    json_integer(e->waiting));
		record(j, object);
	}
	if (has_lines(j))
		disconnect_text(j, e);
	flush(j);
}

void
lines_connect(struct lines *j, const struct dialled *c, bool again)
{
	char host[ADDR_TEXT], local[ADDR_TEXT];
	json_t *object;

	addr_host(&c->peer, host, sizeof(host));
	if (writes(j, FORMAT_JSON)) {
		object = event("connect");
		addr_text(&c->local, local, sizeof(local));
		json_object_set_new(object, "address", json_string(host));
		json_object_set_new(object, "local_address",
		    json_string(local));
		json_object_set_new(object, "connect_time_us",
		    document_us(c->connect_ns));
		record(j, object);
	}
	if (has_lines(j)) {
		date(j);
		destination_text(j->product,
		    "from %s: connected%s in %.3f ms\n", host,
		    again ? " again" : "", ms((double)c->connect_ns));
	}
	flush(j);
}

void
lines_interim(struct lines *j, const struct stats *a)
{
	FILE *out = output_error();
	char loss[HUMANIZE_TEXT];

	(void)j;
	fprintf(out, "%" PRIu64 "/%" PRIu64 " received, %s loss", a->received,
	    a->sent,
	    humanize_percent((double)a->lost, (double)a->sent, loss,
		sizeof(loss)));
	if (a->times.count > 0)
		summary_rtt(out, a, ", rtt");
	putc('\n', out);
}

static void
summarize(struct lines *j, const struct stats *a, const struct failure *outcome)
{
	/* One without a start has to say itself what was to be done. */
	json_t *object = j->has_start ?
	    json_object() :
	    document_new(j->opt, j->target->host, j->target->port);

	json_object_set_new(object, "type", json_string("summary"));
	summary_members(object, j->opt, a);
	document_outcome(object, outcome);
	record(j, object);
}

void
lines_summary(struct lines *j, const struct stats *a,
    const struct failure *outcome)
{
	csv_header(j);
	if (writes(j, FORMAT_JSON))
		summarize(j, a, outcome);
	/* CSV has rows of one kind only. */
	if (writes(j, FORMAT_CSV) && j->product->text == NULL)
		summary_text(output_error(), j->opt, j->target, a);
	if (j->product->text != NULL)
		summary_text(j->product->text, j->opt, j->target, a);
	flush(j);
}
