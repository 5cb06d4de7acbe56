/* SPDX-License-Identifier: ISC */
#include "control/show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/clock.h"
#include "control/exchange.h"
#include "control/arguments.h"
#include "control/render.h"
#include "control/setting.h"
#include "control/glance.h"
#include "control/table.h"
#include "snapshot/exposition.h"
#include "snapshot/json.h"
#include "snapshot/wire.h"

enum { ANSWER_MS = 5000 }; /* for requests that only read */

static int
no_memory(struct errbuf *err)
{
	errbuf_set(err, "out of memory");
	return EX_OSERR;
}

/* Read the snapshot in the answer, and keep the one before, for rates. */
static int
take_look(struct show_case *c, const struct answer *answer, struct errbuf *err)
{
	c->before = c->now;
	c->before_ms = c->now_ms;
	c->now_ms = clock_ms();
	if (wire_read(&c->now, NULL, NULL, answer->text, answer->n, err) == 0)
		return EX_OK;
	c->now_ms = 0;
	return EX_PROTOCOL;
}

static struct looks
looks_of(const struct show_case *c)
{
	return (struct looks){ .now = &c->now,
		.before = c->before_ms != 0 ? &c->before : NULL,
		.seconds = (double)(c->now_ms - c->before_ms) / 1000 };
}

static int
show_workers(struct show_case *c, const struct answer *answer, FILE *out,
    struct errbuf *err)
{
	struct snapshot_worker *worker = NULL;
	unsigned count = 0, room;

	/* Read the text once to learn how many workers there are. */
	if (wire_read(&c->now, NULL, &count, answer->text, answer->n, err) ==
	    -1)
		return EX_PROTOCOL;
	room = count;
	if (count > 0 && (worker = calloc(count, sizeof(*worker))) == NULL)
		return no_memory(err);
	(void)wire_read(&c->now, worker, &count, answer->text, answer->n, err);
	if (c->opt->json) {
		char *text = json_text(render_member("workers",
					   json_workers(worker, room)),
		    c->opt->watch);

		fputs(text != NULL ? text : "", out);
		free(text);
	} else {
		table_workers(out, worker, room);
	}
	free(worker);
	return EX_OK;
}

static int
show_metrics(const struct show_case *c, FILE *out, struct errbuf *err)
{
	char *text = malloc(EXPOSITION_TEXT);

	if (text == NULL)
		return no_memory(err);
	(void)exposition_write(&c->now, text, EXPOSITION_TEXT);
	fputs(text, out);
	free(text);
	return EX_OK;
}

static json_t *
json_of(const struct show_case *c, const struct answer *answer)
{
	switch (c->opt->command->show) {
	case SHOW_STATUS:
		return json_snapshot(&c->now);
	case SHOW_LISTENERS:
		return render_member("listeners", json_listeners(&c->now));
	case SHOW_CONFIG:
		return render_config(answer->text);
	case SHOW_VERSION:
		return render_version(answer->text);
	default:
		break;
	}
	answer->text[strcspn(answer->text, "\n")] = '\0';
	return render_outcome(EX_OK, answer->text);
}

static void
show_text(const struct show_case *c, const struct answer *answer, FILE *out)
{
	struct looks looks = looks_of(c);

	switch (c->opt->command->show) {
	case SHOW_STATUS:
		glance_print(out, &c->terminal, c->width, &looks);
		break;
	case SHOW_LISTENERS:
		table_listeners(out, &c->terminal, &looks);
		break;
	case SHOW_CONFIG:
		setting_print(answer->text, out);
		break;
	default:
		fputs(answer->text, out);
	}
}

static int
write_down(struct show_case *c, const struct answer *answer, FILE *out,
    struct errbuf *err)
{
	const struct command *command = c->opt->command;
	int status = EX_OK;
	char *text;

	if (command->show == SHOW_WORKERS)
		return show_workers(c, answer, out, err);
	if (command->show == SHOW_STATUS || command->show == SHOW_LISTENERS ||
	    command->show == SHOW_METRICS)
		status = take_look(c, answer, err);
	if (status != EX_OK)
		return status;
	if (command->show == SHOW_METRICS)
		return show_metrics(c, out, err);
	if (!c->opt->json) {
		show_text(c, answer, out);
		return EX_OK;
	}
	if ((text = json_text(json_of(c, answer), c->opt->watch)) == NULL)
		return no_memory(err);
	fputs(text, out);
	free(text);
	return EX_OK;
}

int
show(struct show_case *c, char **text, struct errbuf *err)
{
	bool waits = c->opt->command->show == SHOW_OUTCOME;
	struct answer answer;
	size_t n;
	FILE *out;
	int status = exchange(c->opt->path, c->opt->command->request,
	    waits ? 0 : ANSWER_MS, &answer, err);
	bool answered = status == EX_OK;

	*text = NULL;
	if (answered && (status = answer.status) != EX_OK)
		*err = answer.why;
	if (status == EX_OK) {
		if ((out = open_memstream(text, &n)) == NULL) {
			status = no_memory(err);
		} else {
			status = write_down(c, &answer, out, err);
			if (fclose(out) != 0 && status == EX_OK)
				status = no_memory(err);
		}
	}
	if (answered)
		exchange_free(&answer);
	if (status != EX_OK) {
		free(*text);
		*text = c->opt->json ?
		    json_text(render_outcome(status, err->text),
			c->opt->watch) :
		    NULL;
	}
	return status;
}
