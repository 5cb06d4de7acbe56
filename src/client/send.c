/* SPDX-License-Identifier: ISC */
#include "client/send.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/dial.h"
#include "client/failure.h"
#include "client/human.h"
#include "client/message.h"
#include "client/options.h"
#include "client/product.h"
#include "client/quote.h"
#include "client/stream.h"
#include "client/target.h"
#include "client/terminal.h"
#include "common/output.h"

/* What is shown: the echo on stdout, with -v the transcript on stderr. */
struct view {
	bool echo, lines, utf8;
};

/* Straight to the descriptor: the bytes shall be seen as they arrive. */
static int
received(void *context, const unsigned char *bytes, size_t n, struct failure *f)
{
	const struct view *view = context;

	if (view->lines)
		quote_line("received", bytes, n, view->utf8);
	if (view->echo && output_write(STDOUT_FILENO, bytes, n) == -1)
		return failure_sys(f, OUTCOME_USAGE, "standard output");
	return 0;
}

static void
sending(void *context, const unsigned char *bytes, size_t n)
{
	const struct view *view = context;

	if (view->lines)
		quote_line("sending", bytes, n, view->utf8);
}

/* A pipe may be full for long; a file or a terminal takes what it gets. */
static int
slow_output(void)
{
	struct stat st;

	if (fstat(STDOUT_FILENO, &st) == 0 &&
	    (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)))
		return STDOUT_FILENO;
	return -1;
}

static int
open_source(struct stream *s, const struct options *opt, char **message,
    struct failure *f)
{
	*message = NULL;
	if (opt->message != NULL) {
		*message = message_new(opt, &s->length, f);
		s->message = *message;
		return *message != NULL ? 0 : -1;
	}
	if (opt->file == NULL || strcmp(opt->file, "-") == 0) {
		s->input = STDIN_FILENO;
		s->input_name = "standard input";
		return 0;
	}
	s->input_name = opt->file;
	/* Else open(2) of a FIFO waits for a writer, and hears no signal. */
	s->input = open(opt->file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (s->input == -1)
		return failure_sys(f, OUTCOME_USAGE, "%s", opt->file);
	return 0;
}

/* After a transcript: how much it was. */
static void
sum_up(const struct stream *s)
{
	char time[HUMAN_TEXT], volume[HUMAN_TEXT];

	fprintf(output_error(),
	    "%" PRIu64 " bytes sent, %" PRIu64 " came back equal (%s) in %s\n",
	    s->sent, s->equal,
	    human_bytes((double)s->equal, volume, sizeof(volume)),
	    human_time(s->ended_ns - s->begun_ns, time, sizeof(time)));
}

int
send_run(struct target *t, const struct options *opt, struct product *p,
    const struct terminal *terminal, struct failure *f)
{
	struct connection c = { .fd = -1 };
	struct view view = { .echo = p->text != NULL && !opt->quiet,
		.lines = opt->verbose > 0,
		.utf8 = terminal->utf8 };
	struct stream s = { .input = -1,
		.output = -1,
		.timeout_ns = opt->timeout_ns,
		.half_close = !opt->keep_open,
		.received = received,
		.sending = sending,
		.context = &view };
	char *message;
	int result = -1;

	if (view.echo)
		s.output = slow_output();
	if (open_source(&s, opt, &message, f) == 0 &&
	    target_resolve(t, opt, f) == 0) {
		if (view.lines)
			fprintf(output_error(), "connecting to %s port %u\n",
			    t->host, t->port);
		result = dial(t, opt, &c, f);
	}
	if (result == 0) {
		s.fd = c.fd;
		result = stream_run(&s, f);
		close(c.fd);
		if (view.lines) {
			fputs("closing socket\n", output_error());
			sum_up(&s);
		}
	}
	if (s.input > STDIN_FILENO)
		close(s.input);
	free(message);
	if (p->data != NULL && message_document(t, opt, &c, &s, f, p) == -1)
		return -1;
	return result;
}
