/* SPDX-License-Identifier: ISC */
#include "client/core/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "common/terminal.h"
#include "client/options.h"
#include "common/clock.h"
#include "common/output.h"

void
progress_init(struct progress *p, const struct options *opt,
    const struct terminal *t, int64_t now)
{
	*p = (struct progress){
		.drawn = opt->progress == PROGRESS_AUTO && !opt->quiet &&
		    t->err && t->moves,
		.next = now + 500 * CLOCK_MS,
	};
}

bool
progress_is_due(const struct progress *p, int64_t now)
{
	return p->drawn && now >= p->next;
}

void
progress_draw(struct progress *p, int64_t now, const char *text)
{
	unsigned width = terminal_width(STDERR_FILENO);

	fprintf(output_error(), "\r%.*s\033[K",
	    (int)(width > 1 ? width - 1 : 1), text);
	p->visible = true;
	p->next = now + 250 * CLOCK_MS;
}

void
progress_erase(struct progress *p)
{
	if (!p->visible)
		return;
	fputs("\r\033[K", output_error());
	p->visible = false;
}
