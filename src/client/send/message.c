/* SPDX-License-Identifier: ISC */
#include "client/send/message.h"

#include <stdlib.h>
#include <string.h>

#include "client/core/document.h"
#include "client/core/failure.h"
#include "client/core/quote.h"
#include "client/net/dial.h"
#include "client/net/target.h"
#include "client/options.h"
#include "client/send/stream.h"

/* Two blanks after the full stop: it is the tutorial's. */
static const char tutorial[] = "This is the message.  It will be repeated.";

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
	n = quote_unescape(text, &bad);
	if (n == -1) {
		failure_set(f, OUTCOME_USAGE,
		    "-m: no escape that -e knows at \"%s\"",
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
	json_t *object = document_new(opt, t);
	int64_t total = s->begun_ns != 0 ? s->ended_ns - s->begun_ns : -1;

	document_connection(object, c);
	json_object_set_new(object, "bytes_sent",
	    document_count((int64_t)s->sent));
	json_object_set_new(object, "bytes_received",
	    document_count((int64_t)s->got));
	json_object_set_new(object, "bytes_verified",
	    document_count((int64_t)s->equal));
	json_object_set_new(object, "first_byte_us",
	    document_us(s->first_ns != 0 ? s->first_ns - s->begun_ns : -1));
	json_object_set_new(object, "total_time_us", document_us(total));
	json_object_set_new(object, "throughput_bytes_per_s",
	    total > 0 ?
		document_real((double)s->equal * 1e9 / (double)total, 1) :
		json_null());
	json_object_set_new(object, "mismatch",
	    document_mismatch(&s->mismatch));
	document_outcome(object, f);
	if (document_write(object, p, DOCUMENT_MEMBERS, &writing) == 0)
		return 0;
	if (f->outcome != OUTCOME_MISMATCH)
		*f = writing;
	return -1;
}
