/* SPDX-License-Identifier: ISC */
#include "client/core/document.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "client/core/destination.h"
#include "client/core/failure.h"
#include "client/flags.h"
#include "client/options.h"
#include "common/addr.h"
#include "common/output.h"

/* Every decimal number of so many digits survives as a double. */
enum { DIGITS = 15 };

void
document_set(json_t *object, const char *name, json_t *value)
{
	json_object_set_new(object, name, value);
}

json_t *
document_real(double value, int decimals)
{
	double scale = pow(10, decimals);

	if (!isfinite(value))
		return json_null();
	return json_real(round(value * scale) / scale);
}

json_t *
document_ratio(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

json_t *
document_us(int64_t ns)
{
	return ns < 0 ? json_null() : document_real((double)ns / 1e3, 3);
}

json_t *
document_count(int64_t value)
{
	return value < 0 ? json_null() : json_integer(value);
}

json_t *
document_text(const char *text)
{
	json_t *string = json_string(text);
	char plain[512];

	if (string != NULL)
		return string;
	snprintf(plain, sizeof(plain), "%s", text);
	for (char *c = plain; *c != '\0'; c++)
		if ((unsigned char)*c >= 0x80)
			*c = '?';
	return json_string(plain);
}

static json_t *
date(const struct timespec *when)
{
	char text[64], seconds[32];
	struct tm tm;

	gmtime_r(&when->tv_sec, &tm);
	strftime(seconds, sizeof(seconds), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text, sizeof(text), "%s.%06ldZ", seconds,
	    when->tv_nsec / 1000);
	return json_string(text);
}

json_t *
document_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return date(&now);
}

void
document_begin(struct options *opt)
{
	clock_gettime(CLOCK_REALTIME, &opt->started);
}

static json_t *
command(const struct options *opt)
{
	json_t *array = json_array();

	for (int i = 0; i < opt->argc; i++)
		json_array_append_new(array, document_text(opt->argv[i]));
	return array;
}

json_t *
document_new(const struct options *opt, const char *host, uint16_t port)
{
	json_t *object = json_object(), *target = json_object();

	document_set(object, "schema", json_integer(DOCUMENT_SCHEMA));
	document_set(object, "tool", json_string("echoc"));
	document_set(object, "version", json_string(PACKAGE_VERSION));
	document_set(object, "mode", json_string(flags_mode_name(opt->mode)));
	document_set(object, "command", command(opt));
	document_set(object, "started", date(&opt->started));
	document_set(target, "host", document_text(host));
	document_set(target, "port", document_count(port != 0 ? port : -1));
	document_set(target, "address", json_null());
	document_set(object, "target", target);
	return object;
}

void
document_connection(json_t *object, const struct addr *peer,
    const struct addr *local, int64_t connect_ns)
{
	char text[ADDR_TEXT];

	if (peer == NULL) {
		document_set(object, "local_address", json_null());
		document_set(object, "connect_time_us", json_null());
		return;
	}
	addr_host(peer, text, sizeof(text));
	document_set(json_object_get(object, "target"), "address",
	    json_string(text));
	addr_text(local, text, sizeof(text));
	document_set(object, "local_address", json_string(text));
	document_set(object, "connect_time_us", document_us(connect_ns));
}

void
document_outcome(json_t *object, const struct failure *f)
{
	json_t *error = json_null();

	if (f->outcome != OUTCOME_OK) {
		error = json_object();
		document_set(error, "kind",
		    json_string(failure_kind(f->outcome)));
		document_set(error, "message", document_text(f->why.text));
		document_set(error, "errno",
		    f->error != 0 ? json_integer(f->error) : json_null());
	}
	document_set(object, "status", json_integer(f->outcome));
	document_set(object, "error", error);
}

/* One line a member: jansson would also break up a histogram of thousands. */
static int
write_members(json_t *object, FILE *file)
{
	const char *name, *before = "{";
	json_t *member;

	json_object_foreach(object, name, member)
	{
		fprintf(file, "%s\n  \"%s\": ", before, name);
		if (json_dumpf(member, file,
			JSON_REAL_PRECISION(DIGITS) | JSON_ENCODE_ANY) == -1)
			return -1;
		before = ",";
	}
	return fputs("\n}", file) == EOF ? -1 : 0;
}

int
document_write(json_t *object, const struct destination *p,
    enum document_form form, struct failure *f)
{
	FILE *file = p->data;
	int result = form == DOCUMENT_MEMBERS ?
	    write_members(object, file) :
	    json_dumpf(object, file,
		JSON_REAL_PRECISION(DIGITS) | JSON_COMPACT);

	json_decref(object);
	if (result == -1 || putc('\n', file) == EOF || output_flush(file) == -1)
		return failure_sys(f, OUTCOME_USAGE, "%s", p->path);
	return 0;
}
