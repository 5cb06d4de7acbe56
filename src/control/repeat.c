/* SPDX-License-Identifier: ISC */
#include "control/repeat.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/output.h"
#include "control/arguments.h"
#include "control/screen.h"
#include "control/show.h"

/*
 * Open a descriptor from which signals are read, so that none comes between a
 * check and a wait.  -1 with errno.
 */
static int
open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGQUIT);
	sigaddset(&set, SIGWINCH);
	/* Without SIGPIPE, writing to a pipe that nobody reads returns an
	 * error. */
	sigaddset(&set, SIGPIPE);
	if (sigprocmask(SIG_BLOCK, &set, NULL) == -1)
		return -1;
	sigdelset(&set, SIGPIPE);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/*
 * Wait until this time, or until the terminal has another size.  False if a
 * signal has come to end the program.
 */
static bool
wait_until(int signals, int64_t until_ms)
{
	struct pollfd event = { .fd = signals, .events = POLLIN };
	struct signalfd_siginfo info;
	int64_t left = until_ms - clock_ms();

	if (poll(&event, 1, left > 0 ? (int)left : 0) <= 0)
		return true;
	while (read(signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		if (info.ssi_signo != SIGWINCH)
			return false;
	return true;
}

static bool
draws(const struct show_case *c)
{
	return c->terminal.out && c->terminal.moves;
}

static bool
put(const char *text)
{
	return output_write(STDOUT_FILENO, text, strlen(text)) == 0;
}

static bool
print(const struct show_case *c, const char *text, bool first)
{
	char *frame;
	bool done;

	/* An empty line divides the answers for people. */
	if (!draws(c))
		return (first || c->opt->json || put("\n")) && put(text);
	frame = screen_frame(text, c->width, terminal_height(STDOUT_FILENO),
	    first);
	done = frame == NULL || put(frame);
	free(frame);
	return done;
}

/* Ask and print once.  False if nobody reads the output any more. */
static bool
look(struct show_case *c, bool first)
{
	bool wanted = true;
	struct errbuf err;
	char line[sizeof(err.text) + 32];
	char *text;

	c->width = terminal_width(STDOUT_FILENO);
	if (show(c, &text, &err) != EX_OK) {
		snprintf(line, sizeof(line), "echodctl: %s\n", err.text);
		if (draws(c) && text == NULL)
			wanted = print(c, line, first);
		else
			(void)output_write(STDERR_FILENO, line, strlen(line));
	}
	if (text != NULL)
		wanted = print(c, text, first);
	free(text);
	return wanted;
}

int
repeat_show(struct show_case *c)
{
	int signals = open_signals(), status = EX_OK;
	int64_t next_ms;
	bool first = true;

	if (signals == -1)
		return EX_OSERR;
	do {
		next_ms = clock_ms() + c->opt->interval_ms;
		if (!look(c, first)) {
			status = errno == EPIPE ? EX_OK : EX_IOERR;
			break;
		}
		first = false;
	} while (wait_until(signals, next_ms));
	close(signals);
	return status;
}
