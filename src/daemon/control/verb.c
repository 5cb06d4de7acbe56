/* SPDX-License-Identifier: ISC */
#include "daemon/control/verb.h"

#include <stdbool.h>
#include <string.h>

#include "common/errbuf.h"
#include "daemon/log/log.h"

static const struct verb verbs[] = {
	{ "config", VERB_CONFIG, CONTROL_READ, "the settings in force" },
	{ "drain", VERB_DRAIN, CONTROL_CHANGE,
	    "stop when all clients have been served to their end" },
	{ "help", VERB_HELP, CONTROL_READ, "the requests" },
	{ "listeners", VERB_LISTENERS, CONTROL_READ,
	    "each listener and its queue" },
	{ "metrics", VERB_METRICS, CONTROL_READ,
	    "the counters, in the text format of Prometheus" },
	{ "reload", VERB_RELOAD, CONTROL_CHANGE,
	    "read the configuration again" },
	{ "status", VERB_STATUS, CONTROL_READ,
	    "the service, its listeners and its counters" },
	{ "stop", VERB_STOP, CONTROL_CHANGE, "stop now" },
	{ "upgrade", VERB_UPGRADE, CONTROL_CHANGE,
	    "execute the program again, which takes the service" },
	{ "version", VERB_VERSION, CONTROL_READ, "the version of echod" },
	{ "workers", VERB_WORKERS, CONTROL_READ, "each worker and its client" },
};

const struct verb *
verb_row(size_t index)
{
	return index < sizeof(verbs) / sizeof(verbs[0]) ? &verbs[index] : NULL;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

const struct verb *
verb_read(const char *line, size_t n, struct errbuf *err)
{
	char quoted[64];
	const struct verb *row;

	for (; n > 0 && is_blank(line[0]); line++)
		n--;
	while (n > 0 && is_blank(line[n - 1]))
		n--;
	for (size_t i = 0; (row = verb_row(i)) != NULL; i++)
		if (strlen(row->name) == n && memcmp(row->name, line, n) == 0)
			return row;
	errbuf_set(err, "%s is no request, try help",
	    log_quote(quoted, sizeof(quoted), line, n));
	return NULL;
}
