/* SPDX-License-Identifier: ISC */
#include "client/send/message.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "client/core/document.h"
#include "client/core/failure.h"
#include "client/net/dial.h"
#include "client/net/target.h"
#include "client/options.h"
#include "client/send/stream.h"

/* With two blanks after the full stop, as in the tutorial. */
static const char tutorial[] = "This is the message.  It will be repeated.";

static int
digit(char c)
{
	if (!isxdigit((unsigned char)c))
		return -1;
	return isdigit((unsigned char)c) ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* Returns the length, or -1 where a backslash begins no escape (at *bad). */
static long
unescape(char *text, size_t *bad)
{
	static const char names[] = "nrt0\\", values[] = "\n\r\t\0\\";
	char *to = text;

	for (const char *from = text; *from != '\0'; from++) {
		const char *name;
		int high, low;

		if (*from != '\\') {
			*to++ = *from;
			continue;
		}
		*bad = (size_t)(from - text);
		from++;
		if (*from == 'x' && (high = digit(from[1])) >= 0 &&
		    (low = digit(from[2])) >= 0) {
			*to++ = (char)(high << 4 | low);
			from += 2;
			continue;
		}
		name = *from != '\0' ? strchr(names, *from) : NULL;
		if (name == NULL)
			return -1;
		*to++ = values[name - names];
	}
	return to - text;
}

char *
message_new(const struct options *opt, size_t *length, struct failure *f)
{
	char *text = strdup(opt->message != NULL ? opt->message : tutorial);
	size_t bad = 0;
	long n;

	if (text == NULL) {
		failure_sys(f, OUTCOME_LIMIT, "memory for the message");
		return NULL;
	}
	*length = strlen(text);
	if (!opt->escape)
		return text;
	n = unescape(text, &bad);
	if (n == -1) {
		failure_set(f, OUTCOME_USAGE,
		    "-m: not a valid escape for -e: \"%s\"",
		    opt->message + bad);
		free(text);
		return NULL;
	}
	*length = (size_t)n;
	return text;
}

int
message_document(const struct target *t, const struct options *opt,
    const struct dialled *c, const struct stream *s, struct failure *f,
    const struct destination *p)
{
	struct failure writing = { 0 };
	json_t *object = document_new(opt, t->host, t->port);
	int64_t total = s->begun_ns != 0 ? s->ended_ns - s->begun_ns : -1;

	document_connection(object, c->fd != -1 ? &c->peer : NULL, &c->local,
	    c->connect_ns);
	document_set(object, "bytes_sent", document_count((int64_t)s->sent));
	document_set(object, "bytes_received", document_count((int64_t)s->got));
	document_set(object, "bytes_verified",
	    document_count((int64_t)s->equal));
	document_set(object, "first_byte_us",
	    document_us(s->first_ns != 0 ? s->first_ns - s->begun_ns : -1));
	document_set(object, "total_time_us", document_us(total));
	document_set(object, "throughput_bytes_per_s",
	    total > 0 ?
		document_real((double)s->equal * 1e9 / (double)total, 1) :
		json_null());
	document_set(object, "mismatch", mismatch_object(&s->mismatch));
	document_outcome(object, f);
	if (document_write(object, p, DOCUMENT_MEMBERS, &writing) == 0)
		return 0;
	failure_of_writing(f, &writing);
	return -1;
}
