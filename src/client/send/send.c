/* SPDX-License-Identifier: ISC */
#include "client/modes.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/core/destination.h"
#include "client/core/failure.h"
#include "common/humanize.h"
#include "client/core/progress.h"
#include "common/terminal.h"
#include "client/net/race.h"
#include "client/net/target.h"
#include "client/options.h"
#include "client/send/message.h"
#include "client/send/stream.h"
#include "common/clock.h"
#include "common/output.h"

/* What is shown: the echo, and on a terminal the progress. */
struct view {
	bool echo;
	struct progress progress;
	uint64_t whole;	     /* bytes of the input, 0: not known */
	int64_t began, then; /* clock_ns(): the run, and the last drawing */
	uint64_t shown;	     /* bytes that had come back by then */
};

/* Without a buffer, so that the bytes are seen as they arrive. */
static int
received(void *context, const unsigned char *bytes, size_t n, struct failure *f)
{
	const struct view *view = context;

	if (view->echo && output_write(STDOUT_FILENO, bytes, n) == -1)
		return failure_sys(f, OUTCOME_USAGE, "standard output");
	return 0;
}

/* "  1:05 left", by the mean rate so far; "" if that is not known. */
static void
time_left(const struct view *v, uint64_t done, int64_t now, char *text,
    size_t size)
{
	int64_t seconds;

	text[0] = '\0';
	if (done == 0 || v->whole < done)
		return;
	seconds = (int64_t)((double)(v->whole - done) / (double)done *
		      (double)(now - v->began) / 1e9) +
	    1;
	if (seconds < 3600)
		snprintf(text, size, "  %" PRId64 ":%02" PRId64 " left",
		    seconds / 60, seconds % 60);
	else
		snprintf(text, size,
		    "  %" PRId64 ":%02" PRId64 ":%02" PRId64 " left",
		    seconds / 3600, seconds / 60 % 60, seconds % 60);
}

/* "[  1.3s] 12 MiB of 2 GiB  9.6 MiB/s  3:25 left" */
static void
turned(void *context, uint64_t got, int64_t now)
{
	struct view *view = context;
	char of[HUMANIZE_TEXT + 4] = "", left[64], text[256];
	double seconds = (double)(now - view->then) / 1e9;

	if (!progress_is_due(&view->progress, now) || seconds <= 0)
		return;
	if (view->whole > 0)
		snprintf(of, sizeof(of), " of %s",
		    humanize_bytes((double)view->whole).text);
	time_left(view, got, now, left, sizeof(left));
	snprintf(text, sizeof(text), "[%5.1fs] %s%s  %s/s%s",
	    (double)(now - view->began) / 1e9, humanize_bytes((double)got).text,
	    of, humanize_bytes((double)(got - view->shown) / seconds).text,
	    left);
	view->shown = got;
	view->then = now;
	progress_draw(&view->progress, now, text);
}

/* The output if it can be full for long, as a pipe can; else -1. */
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
open_input(struct stream *s, const struct options *opt, char **message,
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
	/* Without O_NONBLOCK, open(2) of a FIFO would wait for a writer. */
	s->input = open(opt->file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (s->input == -1)
		return failure_sys(f, OUTCOME_USAGE, "%s", opt->file);
	return 0;
}

static uint64_t
input_size(const struct stream *s)
{
	struct stat st;
	off_t at;

	if (s->input == -1)
		return s->length;
	if (fstat(s->input, &st) == -1 || !S_ISREG(st.st_mode))
		return 0;
	at = lseek(s->input, 0, SEEK_CUR);
	return at >= 0 && st.st_size > at ? (uint64_t)(st.st_size - at) : 0;
}

/* -v: the server, how much was sent, and how fast. */
static void
sum_up(const struct stream *s, const struct dialled *c)
{
	char peer[ADDR_TEXT];
	int64_t ns = s->ended_ns - s->begun_ns;
	double rate = (double)s->equal * 1e9 / (double)ns;

	addr_text(&c->peer, peer, sizeof(peer));
	fprintf(output_error(),
	    "connected to %s in %s\n"
	    "%" PRIu64 " bytes sent, %" PRIu64
	    " came back equal (%s) in %s (%s/s)\n",
	    peer, humanize_time(c->connect_ns).text, s->sent, s->equal,
	    humanize_bytes((double)s->equal).text, humanize_time(ns).text,
	    ns > 0 ? humanize_bytes(rate).text : "-");
}

/* No progress where the echo goes to a terminal: it would be drawn over. */
static void
watch(struct stream *s, struct view *view, const struct options *opt,
    const struct terminal *terminal)
{
	view->began = view->then = clock_ns();
	progress_init(&view->progress, opt, terminal, view->began);
	if (view->echo && terminal->out)
		view->progress.drawn = false;
	view->whole = input_size(s);
	if (view->progress.drawn)
		s->turned = turned;
}

int
send_run(struct target *t, const struct options *opt, struct destination *p,
    const struct terminal *terminal, struct failure *f)
{
	struct dialled c = { .fd = -1 };
	struct view view = { .echo = p->text != NULL && !opt->quiet };
	struct stream s = { .input = -1,
		.output = -1,
		.timeout_ns = opt->timeout_ns,
		.half_close = !opt->keep_open,
		.received = received,
		.context = &view };
	char *message;
	int result = -1;

	if (view.echo)
		s.output = slow_output();
	if (open_input(&s, opt, &message, f) == 0 &&
	    target_resolve(t, opt, f) == 0)
		result = race_run(t, opt, &c, f);
	if (result == 0) {
		s.fd = c.fd;
		watch(&s, &view, opt, terminal);
		result = stream_run(&s, f);
		close(c.fd);
		progress_erase(&view.progress);
		if (opt->verbose > 0)
			sum_up(&s, &c);
	}
	if (s.input > STDIN_FILENO)
		close(s.input);
	free(message);
	if (p->data != NULL && message_document(t, opt, &c, &s, f, p) == -1)
		return -1;
	return result;
}
