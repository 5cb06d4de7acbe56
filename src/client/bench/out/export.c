/* SPDX-License-Identifier: ISC */
#include "client/bench/out/export.h"

#include <inttypes.h>
#include <string.h>
#include <sys/utsname.h>

#include "client/bench/plan.h"
#include "client/bench/result.h"
#include "client/core/document.h"
#include "client/core/failure.h"
#include "client/core/histogram.h"
#include "client/net/mismatch.h"
#include "client/net/target.h"

static json_t *
integer(uint64_t n)
{
	return json_integer((json_int_t)n);
}

static json_t *
kinds(const uint64_t counts[FAULT_KINDS])
{
	json_t *object = json_object();

	for (int i = 1; i < FAULT_KINDS; i++)
		if (counts[i] > 0)
			document_set(object, fault_name((enum fault)i),
			    integer(counts[i]));
	return object;
}

static json_t *
times(const struct histogram *h, const struct options *opt)
{
	json_t *object, *percentiles;
	bool any;

	if (h == NULL)
		return json_null();
	any = h->count > 0;
	object = json_object();
	percentiles = json_object();
	document_set(object, "count", integer(h->count));
	document_set(object, "min_us", document_us(any ? h->min : -1));
	document_set(object, "mean_us",
	    any ? document_real(histogram_mean(h) / 1e3, 3) : json_null());
	document_set(object, "max_us", document_us(any ? h->max : -1));
	document_set(object, "stddev_us",
	    any ? document_real(histogram_deviation(h) / 1e3, 3) : json_null());
	for (unsigned i = 0; i < opt->percentiles; i++) {
		char name[THRESHOLD_NAME];

		threshold_name(opt->percentile[i], name, sizeof(name));
		document_set(percentiles, name,
		    document_us(result_percentile(h, opt->percentile[i])));
	}
	document_set(object, "percentiles_us", percentiles);
	return object;
}

/* Upper edge and count of each counter that is not 0. */
static json_t *
histogram(const struct histogram *h)
{
	json_t *array = json_array();

	for (size_t i = 0; i < HISTOGRAM_COUNTERS; i++)
		if (h->counter[i] > 0)
			json_array_append_new(array,
			    json_pack("[o, o]", document_us(histogram_high(i)),
				integer(h->counter[i])));
	return array;
}

static json_t *
interval(const struct interval *i)
{
	json_t *object = json_object();
	double seconds = (double)i->length_ns / 1e9;

	document_set(object, "begin_us", document_us(i->begin_ns));
	document_set(object, "length_us", document_us(i->length_ns));
	document_set(object, "echoed", integer(i->echoed));
	document_set(object, "bytes", integer(i->bytes));
	document_set(object, "errors", integer(i->faults));
	document_set(object, "rate_per_s",
	    document_real(seconds > 0 ? (double)i->echoed / seconds : 0, 3));
	document_set(object, "p50_us", document_us(i->p50_ns));
	document_set(object, "p99_us", document_us(i->p99_ns));
	document_set(object, "max_us", document_us(i->max_ns));
	return object;
}

static json_t *
strings(const char *const *text, unsigned count)
{
	json_t *array = json_array();

	for (unsigned i = 0; i < count; i++)
		json_array_append_new(array, document_text(text[i]));
	return array;
}

static json_t *
percentile_list(const struct options *opt)
{
	json_t *array = json_array();

	for (unsigned i = 0; i < opt->percentiles; i++)
		json_array_append_new(array,
		    document_real((double)opt->percentile[i] / PERCENT, 5));
	return array;
}

static json_t *
config(const struct plan *plan)
{
	const struct options *opt = plan->opt;
	json_t *object = json_object();
	char text[160];

	sizes_text(&opt->sizes, text, sizeof(text));
	document_set(object, "model",
	    json_string(plan_is_open_loop(plan) ? "open" : "closed"));
	document_set(object, "connections", integer(plan->connections));
	document_set(object, "threads", integer(plan->threads));
	document_set(object, "sizes_bytes", json_string(text));
	document_set(object, "rate_per_s",
	    opt->rate > 0 ? json_integer(opt->rate) : json_null());
	document_set(object, "pipeline",
	    opt->rate > 0 ? json_null() : json_integer(opt->pipeline));
	document_set(object, "duration_us",
	    opt->messages > 0 ? json_null() : document_us(opt->duration_ns));
	document_set(object, "messages",
	    opt->messages > 0 ? json_integer(opt->messages) : json_null());
	document_set(object, "warmup_us", document_us(plan->warmup_ns));
	document_set(object, "timeout_us", document_us(opt->timeout_ns));
	document_set(object, "interval_us", document_us(opt->interval_ns));
	document_set(object, "reconnect", json_integer(opt->reconnect));
	document_set(object, "connect_rate_per_s",
	    opt->connect_rate > 0 ? json_integer(opt->connect_rate) :
				    json_null());
	document_set(object, "connect_concurrency",
	    json_integer(opt->connect_concurrency));
	document_set(object, "verify",
	    json_string(opt->no_verify != 0 ? "none" : "full"));
	document_set(object, "nodelay", json_boolean(!opt->nagle));
	document_set(object, "seed", json_integer(opt->seed));
	document_set(object, "max_error_percent",
	    document_real((double)opt->max_error / PERCENT, 5));
	document_set(object, "percentiles", percentile_list(opt));
	document_set(object, "family",
	    json_string(opt->only_v4 ? "ipv4" :
		    opt->only_v6     ? "ipv6" :
				       "any"));
	document_set(object, "interfaces",
	    strings(opt->interfaces.item, opt->interfaces.count));
	document_set(object, "label",
	    opt->label != NULL ? document_text(opt->label) : json_null());
	return object;
}

static json_t *
environment(const struct plan *plan)
{
	json_t *object = json_object();
	char clock[64] = "";
	struct utsname name;
	FILE *f = fopen("/sys/devices/system/clocksource/clocksource0/"
			"current_clocksource",
	    "re");

	if (f != NULL) {
		if (fgets(clock, sizeof(clock), f) != NULL)
			clock[strcspn(clock, "\n")] = '\0';
		(void)fclose(f);
	}
	document_set(object, "kernel",
	    uname(&name) == 0 ? json_string(name.release) : json_null());
	document_set(object, "cpus", integer(plan->cpus));
	document_set(object, "clock_source",
	    clock[0] != '\0' ? json_string(clock) : json_null());
	document_set(object, "descriptor_limit", integer(plan->files));
	document_set(object, "loopback", json_boolean(plan->loopback));
	return object;
}

static json_t *
connects(const struct result *r)
{
	const struct connect_counts *c = &r->counts.connects;
	json_t *object = json_object();

	document_set(object, "wanted", integer(c->wanted));
	document_set(object, "established", integer(c->established));
	document_set(object, "total_time_us", document_us(r->connect_ns));
	document_set(object, "failed", kinds(c->failed));
	document_set(object, "reconnects", integer(c->again));
	document_set(object, "reconnect_rate_per_s",
	    r->window_ns > 0 ?
		document_real((double)c->within * 1e9 / (double)r->window_ns,
		    3) :
		json_null());
	document_set(object, "reconnects_failed", kinds(c->again_failed));
	document_set(object, "broken", kinds(c->broken));
	document_set(object, "unclosed", integer(c->unclosed));
	document_set(object, "handshake",
	    times(&r->counts.connect, r->plan->opt));
	return object;
}

static json_t *
messages(const struct result *r)
{
	const struct counts *c = &r->counts;
	const struct message_counts *t = &c->window;
	json_t *object = json_object();
	double seconds = (double)r->window_ns / 1e9;

	document_set(object, "sent", integer(t->sent));
	document_set(object, "echoed", integer(t->echoed));
	document_set(object, "timeouts", integer(t->lost[FAULT_TIMEOUT]));
	document_set(object, "errors", integer(counts_errors(t)));
	document_set(object, "not_sent", integer(t->not_sent));
	document_set(object, "due", r->due > 0 ? integer(r->due) : json_null());
	document_set(object, "echoed_in_window", integer(c->completed));
	document_set(object, "window_us", document_us(r->window_ns));
	document_set(object, "rate_per_s", document_real(r->rate, 3));
	document_set(object, "bytes_sent", integer(t->bytes_sent));
	document_set(object, "bytes_echoed", integer(t->bytes_echoed));
	document_set(object, "throughput_bytes_per_s",
	    seconds > 0 ?
		document_real((double)c->completed_bytes / seconds, 1) :
		json_null());
	document_set(object, "bytes_verified",
	    r->plan->opt->no_verify != 0 ? json_null() : integer(c->verified));
	document_set(object, "mismatches", integer(c->mismatches));
	document_set(object, "first_mismatch", mismatch_object(&c->mismatch));
	return object;
}

static json_t *
generator(const struct result *r)
{
	const struct counts *c = &r->counts;
	json_t *object = json_object(), *cpu = json_array();

	for (unsigned i = 0; i < r->plan->threads; i++)
		json_array_append_new(cpu,
		    r->busy[i] >= 0 ? document_ratio(r->busy[i]) : json_null());
	document_set(object, "cpu_per_thread", cpu);
	document_set(object, "lag",
	    times(plan_is_open_loop(r->plan) ? &c->lag : NULL, r->plan->opt));
	document_set(object, "saturated", json_boolean(r->saturated));
	return object;
}

static json_t *
thresholds(const struct result *r)
{
	const struct options *opt = r->plan->opt;
	json_t *array = json_array();

	for (unsigned i = 0; i < opt->thresholds; i++)
		json_array_append_new(array,
		    json_pack("{s:o, s:b}", "fail_if",
			document_text(opt->fail_if[i].text), "failed",
			(int)r->broken[i]));
	return array;
}

static void
add_result(json_t *object, const struct result *r)
{
	const struct counts *c = &r->counts;
	char host[ADDR_TEXT];
	json_t *intervals = json_array();

	addr_host(&r->plan->peer, host, sizeof(host));
	document_set(json_object_get(object, "target"), "address",
	    json_string(host));
	for (unsigned i = 0; i < r->interval_count; i++)
		json_array_append_new(intervals, interval(&r->intervals[i]));
	document_set(object, "interrupted", json_boolean(r->interrupted));
	document_set(object, "config", config(r->plan));
	document_set(object, "environment", environment(r->plan));
	document_set(object, "connect", connects(r));
	document_set(object, "messages", messages(r));
	document_set(object, "errors", kinds(c->window.lost));
	document_set(object, "warmup",
	    json_pack("{s:o, s:o, s:o, s:o}", "sent", integer(c->warmup.sent),
		"echoed", integer(c->warmup.echoed), "not_sent",
		integer(c->warmup.not_sent), "errors", kinds(c->warmup.lost)));
	document_set(object, "response_time",
	    times(&c->response, r->plan->opt));
	document_set(object, "service_time",
	    times(plan_is_open_loop(r->plan) ? &c->service : &c->response,
		r->plan->opt));
	document_set(object, "generator", generator(r));
	document_set(object, "thresholds", thresholds(r));
	document_set(object, "histogram", histogram(&c->response));
	document_set(object, "intervals", intervals);
}

int
export_json(const struct destination *p, const struct target *t,
    const struct options *opt, const struct result *r,
    const struct failure *outcome, struct failure *f)
{
	json_t *object = document_new(opt, t->host, t->port);

	document_set(object, "type", json_string("result"));
	if (r != NULL)
		add_result(object, r);
	document_outcome(object, outcome);
	return document_write(object, p,
	    opt->json_stream ? DOCUMENT_LINE : DOCUMENT_MEMBERS, f);
}

int
export_interval(const struct destination *p, const struct interval *i,
    struct failure *f)
{
	json_t *object = interval(i);

	document_set(object, "type", json_string("interval"));
	return document_write(object, p, DOCUMENT_LINE, f);
}

static void
csv_time(FILE *file, int64_t ns)
{
	putc(',', file);
	if (ns >= 0)
		fprintf(file, "%.3f", (double)ns / 1e3);
}

void
export_csv(FILE *file, const struct result *r)
{
	fputs("begin_us,length_us,echoed,bytes,errors,rate_per_s,p50_us,"
	      "p99_us,max_us\n",
	    file);
	for (unsigned i = 0; r != NULL && i < r->interval_count; i++) {
		const struct interval *row = &r->intervals[i];

		fprintf(file, "%.3f,%.3f,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",",
		    (double)row->begin_ns / 1e3, (double)row->length_ns / 1e3,
		    row->echoed, row->bytes, row->faults);
		if (row->length_ns > 0)
			fprintf(file, "%.3f",
			    (double)row->echoed * 1e9 / (double)row->length_ns);
		csv_time(file, row->p50_ns);
		csv_time(file, row->p99_ns);
		csv_time(file, row->max_ns);
		putc('\n', file);
	}
}
