/* SPDX-License-Identifier: ISC */
#include "reporter/reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reporter/page.h"
#include "snapshot/exposition.h"
#include "snapshot/json.h"
#include "snapshot/snapshot.h"

enum { OK = 200, UNAVAILABLE = 503 };

static const char plain[] = "text/plain; charset=utf-8";

static const struct {
	const char *path;
	const char *type; /* of the reply when there is a snapshot */
} pages[REPLY_PAGES] = {
	[REPLY_OVERVIEW] = { "/", "text/html; charset=utf-8" },
	[REPLY_METRICS] = { "/metrics", EXPOSITION_TYPE },
	[REPLY_HEALTH] = { "/healthz", plain },
	[REPLY_READY] = { "/readyz", plain },
	[REPLY_STATUS] = { "/status", "application/json" },
};

enum reply_page
reply_page(const char *path)
{
	unsigned page = 0;

	while (page < REPLY_PAGES && strcmp(pages[page].path, path) != 0)
		page++;
	return (enum reply_page)page;
}

static void
say(struct reply *reply, unsigned status, const char *text)
{
	int n = asprintf(&reply->body, "%s\n", text);

	reply->status = status;
	reply->type = plain;
	reply->length = n < 0 ? 0 : (size_t)n;
	if (n < 0)
		reply->body = NULL;
}

void
reply_error(struct reply *reply, unsigned status, const char *text)
{
	say(reply, status, text);
}

/* Whether clients are welcome: echod serves, and is not about to stop. */
static bool
is_ready(const struct snapshot *s)
{
	return s->service.state == SNAPSHOT_SERVING ||
	    s->service.state == SNAPSHOT_RELOADING;
}

static char *
metrics(const struct snapshot *s)
{
	char *text = malloc(EXPOSITION_TEXT), *shorter = NULL;

	/* Give back the room that the text does not need, for there may be
	 * several. */
	if (text != NULL)
		shorter = realloc(text,
		    exposition_write(s, text, EXPOSITION_TEXT) + 1);
	if (shorter != NULL)
		return shorter;
	return text;
}

void
reply_make(struct reply *reply, enum reply_page page, const struct snapshot *s)
{
	if (s == NULL) {
		say(reply, UNAVAILABLE, "echod does not answer");
		return;
	}
	switch (page) {
	case REPLY_HEALTH:
		say(reply, OK, "ok");
		return;
	case REPLY_READY:
		say(reply, is_ready(s) ? OK : UNAVAILABLE,
		    snapshot_state_name[s->service.state]);
		return;
	case REPLY_OVERVIEW:
		reply->body = page_write(s);
		break;
	case REPLY_METRICS:
		reply->body = metrics(s);
		break;
	case REPLY_STATUS:
		reply->body = json_write(s, NULL, 0);
		break;
	case REPLY_NO_PAGE:
		say(reply, 404, "there is no such page");
		return;
	}
	reply->status = OK;
	reply->type = pages[page].type;
	reply->length = reply->body != NULL ? strlen(reply->body) : 0;
}
