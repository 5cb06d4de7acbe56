/* SPDX-License-Identifier: ISC */
#include "client/journal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "client/account.h"
#include "client/dial.h"
#include "client/document.h"
#include "client/failure.h"
#include "client/human.h"
#include "client/link.h"
#include "client/options.h"
#include "client/product.h"
#include "client/target.h"
#include "client/terminal.h"
#include "common/output.h"

static const uint32_t percentiles[] = { 50 * PERCENT, 95 * PERCENT,
	99 * PERCENT };
static const char *const percentile_names[] = { "p50", "p95", "p99" };
enum { PERCENTILES = 3 };

static double
ms(double ns)
{
	return ns / 1e6;
}

static void
flush(struct journal *j)
{
	if (!j->broken && product_flush(j->product, j->failure) == -1)
		j->broken = true;
}

/* One line of JSON, also where the text cannot be written any more. */
static void
record(struct journal *j, json_t *object)
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
writes(const struct journal *j, enum format format)
{
	return j->product->data != NULL && j->product->format == format;
}

/* -D: local time; -DD: seconds since 1970. */
static void
date(struct journal *j)
{
	struct timespec now;
	struct tm tm;
	char text[40], zone[8];

	if (j->opt->dates == 0)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	if (j->opt->dates > 1) {
		product_text(j->product, "[%lld.%06ld] ", (long long)now.tv_sec,
		    now.tv_nsec / 1000);
		return;
	}
	localtime_r(&now.tv_sec, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	strftime(zone, sizeof(zone), "%z", &tm);
	product_text(j->product, "[%s.%06ld%s] ", text, now.tv_nsec / 1000,
	    zone);
}

static const char *
host_of(const struct journal *j, char *host)
{
	addr_host(j->peer, host, ADDR_TEXT);
	return host;
}

/* There is one in every outcome. */
static void
csv_header(struct journal *j)
{
	if (writes(j, FORMAT_CSV) && !j->has_header)
		fputs("seq,result,time_us,connect_time_us,at_byte\n",
		    j->product->data);
	j->has_header = true;
}

void
journal_start(struct journal *j, const struct connection *c,
    const struct failure *why)
{
	char host[ADDR_TEXT];
	json_t *object;

	product_text(j->product, "ECHO %s (%s) port %u: %" PRId64 " bytes, ",
	    j->target->host, host_of(j, host), j->target->port, j->opt->size);
	if (c->fd != -1)
		product_text(j->product, "connected in %.3f ms\n",
		    ms((double)c->connect_ns));
	else
		product_text(j->product, "not connected yet: %s\n",
		    why->why.text);
	csv_header(j);
	if (writes(j, FORMAT_JSON)) {
		object = document_new(j->opt, j->target);
		json_object_set_new(object, "type", json_string("start"));
		json_object_set_new(json_object_get(object, "target"),
		    "address", json_string(host));
		document_connection(object, c);
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
draws_dots(const struct journal *j)
{
	return j->opt->flood && j->terminal->out && j->terminal->moves &&
	    !j->opt->quiet;
}

void
journal_sent(struct journal *j)
{
	if (!draws_dots(j))
		return;
	product_text(j->product, ".");
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
answer_csv(const struct journal *j, const struct answer *a)
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
	putc('\n', file);
}

static void
answer_json(struct journal *j, const struct answer *a)
{
	bool reply = a->fault == FAULT_NONE;
	json_t *object = json_object();

	json_object_set_new(object, "type",
	    json_string(reply ? "reply" : "loss"));
	json_object_set_new(object, "time", document_now());
	json_object_set_new(object, "seq", json_integer((json_int_t)a->seq));
	if (reply) {
		json_object_set_new(object, "late", json_boolean(a->late));
		json_object_set_new(object, "rtt_us", document_us(a->time_ns));
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
answer_text(struct journal *j, const struct answer *a, const char *info)
{
	const struct terminal *t = j->terminal;
	bool reply = a->fault == FAULT_NONE;
	char host[ADDR_TEXT];

	date(j);
	if (reply)
		product_text(j->product, "%" PRId64 " bytes ", j->opt->size);
	product_text(j->product, "from %s: seq=%" PRIu64 " ", host_of(j, host),
	    a->seq);
	if (reply && j->opt->fresh)
		product_text(j->product, "connect=%.3f ms ",
		    ms((double)a->connect_ns));
	if (reply)
		product_text(j->product, "time=%.3f ms%s%s\n",
		    ms((double)a->time_ns), a->late ? " late" : "", info);
	else if (a->fault == FAULT_MISMATCH)
		product_text(j->product, "%scorrupt at byte %" PRIu32 "%s\n",
		    terminal_colour(t, COLOUR_BAD), a->at,
		    terminal_colour(t, COLOUR_NONE));
	else
		product_text(j->product, "%s%s%s\n",
		    terminal_colour(t, COLOUR_BAD),
		    a->fault == FAULT_TIMEOUT ? "timeout" :
						fault_words(a->fault),
		    terminal_colour(t, COLOUR_NONE));
}

void
journal_answer(struct journal *j, const struct answer *a, const char *info)
{
	if (writes(j, FORMAT_CSV))
		answer_csv(j, a);
	if (writes(j, FORMAT_JSON))
		answer_json(j, a);
	if (draws_dots(j))
		product_text(j->product, "%s",
		    a->fault == FAULT_NONE ? "\b \b" : "\bE");
	else if (!j->opt->quiet && !j->opt->flood &&
	    a->fault != FAULT_UNANSWERED)
		answer_text(j, a, info);
	flush(j);
}

void
journal_outstanding(struct journal *j, uint64_t seq)
{
	char host[ADDR_TEXT];
	json_t *object;

	if (writes(j, FORMAT_JSON)) {
		object = json_object();
		json_object_set_new(object, "type", json_string("outstanding"));
		json_object_set_new(object, "time", document_now());
		json_object_set_new(object, "seq",
		    json_integer((json_int_t)seq));
		record(j, object);
	}
	if (!j->opt->quiet && !j->opt->flood && j->product->text != NULL) {
		date(j);
		product_text(j->product,
		    "from %s: seq=%" PRIu64 " no answer yet\n",
		    host_of(j, host), seq);
	}
	flush(j);
}

static void
write_rtt(FILE *file, const struct account *a, const char *label)
{
	fprintf(file, "%s min/avg/max/mdev = %.3f/%.3f/%.3f/%.3f ms", label,
	    ms((double)a->times.min), ms(a->mean), ms((double)a->times.max),
	    ms(account_deviation(a)));
}

void
journal_interim(struct journal *j, const struct account *a)
{
	FILE *out = output_error();
	char loss[HUMAN_TEXT];

	(void)j;
	fprintf(out, "%" PRIu64 "/%" PRIu64 " received, %s loss", a->received,
	    a->sent,
	    human_percent((double)a->lost, (double)a->sent, loss,
		sizeof(loss)));
	if (a->received > 0)
		write_rtt(out, a, ", rtt");
	putc('\n', out);
}

static void
summary_percentiles(FILE *file, const struct histogram *h)
{
	fputs("p50/p95/p99 = ", file);
	for (int i = 0; i < PERCENTILES; i++) {
		fputs(i > 0 ? "/" : "", file);
		if (histogram_supports(h, percentiles[i], ACCOUNT_ABOVE))
			fprintf(file, "%.3f",
			    ms((double)histogram_percentile(h,
				percentiles[i])));
		else
			putc('-', file);
	}
	fputs(" ms\n", file);
}

static void
summary_text(struct journal *j, const struct account *a, FILE *file)
{
	char loss[HUMAN_TEXT];

	fprintf(file, "\n--- %s port %u echo statistics ---\n", j->target->host,
	    j->target->port);
	human_percent((double)a->lost, (double)a->sent, loss, sizeof(loss));
	fprintf(file,
	    "%" PRIu64 " sent, %" PRIu64 " received, %" PRIu64
	    " corrupt, %" PRIu64 " late, %s loss, time %.0f ms\n",
	    a->sent, a->received, a->corrupt, a->late, loss,
	    ms((double)(a->ended - a->began)));
	if (a->received > 0) {
		write_rtt(file, a, "rtt");
		putc('\n', file);
		summary_percentiles(file, &a->times);
	}
	if (j->opt->fresh && a->connects.count > 0)
		fprintf(file, "connect min/avg/max = %.3f/%.3f/%.3f ms\n",
		    ms((double)a->connects.min),
		    ms(histogram_mean(&a->connects)),
		    ms((double)a->connects.max));
	else if (a->connections + a->failed_connections > 0)
		fprintf(file, "%" PRIu64 " reconnects, %" PRIu64 " failed\n",
		    a->connections, a->failed_connections);
}

/* Minimum, mean and maximum of what was measured, null without any. */
static json_t *
extremes(const struct histogram *h)
{
	json_t *values = json_object();
	bool any = h->count > 0;

	json_object_set_new(values, "min", document_us(any ? h->min : -1));
	json_object_set_new(values, "avg",
	    any ? document_real(histogram_mean(h) / 1e3, 3) : json_null());
	json_object_set_new(values, "max", document_us(any ? h->max : -1));
	return values;
}

static json_t *
round_trips(const struct account *a)
{
	json_t *values = extremes(&a->times);

	json_object_set_new(values, "mdev",
	    a->received > 0 ? document_real(account_deviation(a) / 1e3, 3) :
			      json_null());
	for (int i = 0; i < PERCENTILES; i++)
		json_object_set_new(values, percentile_names[i],
		    document_us(histogram_supports(&a->times, percentiles[i],
				    ACCOUNT_ABOVE) ?
			    histogram_percentile(&a->times, percentiles[i]) :
			    -1));
	return values;
}

static void
summary_json(struct journal *j, const struct account *a,
    const struct failure *outcome)
{
	/* One without a start has to say itself what was to be done. */
	json_t *object = j->has_start ? json_object() :
					document_new(j->opt, j->target);
	const struct {
		const char *name;
		uint64_t value;
	} counts[] = { { "sent", a->sent }, { "received", a->received },
		{ "lost", a->lost }, { "late", a->late },
		{ "corrupt", a->corrupt }, { "reconnects", a->connections },
		{ "failed_connections", a->failed_connections } };

	json_object_set_new(object, "type", json_string("summary"));
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		json_object_set_new(object, counts[i].name,
		    json_integer((json_int_t)counts[i].value));
	json_object_set_new(object, "loss_percent",
	    a->sent > 0 ? document_ratio(account_loss_percent(a)) :
			  json_null());
	json_object_set_new(object, "total_time_us",
	    document_us(a->ended - a->began));
	json_object_set_new(object, "rtt_us", round_trips(a));
	if (j->opt->fresh)
		json_object_set_new(object, "connect_us",
		    extremes(&a->connects));
	document_outcome(object, outcome);
	record(j, object);
}

void
journal_summary(struct journal *j, const struct account *a,
    const struct failure *outcome)
{
	csv_header(j);
	if (writes(j, FORMAT_JSON))
		summary_json(j, a, outcome);
	/* CSV has rows of one kind only. */
	if (writes(j, FORMAT_CSV) && j->product->text == NULL)
		summary_text(j, a, output_error());
	if (j->product->text != NULL)
		summary_text(j, a, j->product->text);
	flush(j);
}
