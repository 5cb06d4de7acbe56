/* SPDX-License-Identifier: ISC */
#include "client/interrupt.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "client/failure.h"
#include "common/clock.h"

static int descriptor = -1;
static volatile sig_atomic_t stop, report;

/*
 * The second one kills, but not within a moment of the first: a terminal, a
 * shell and timeout(1) may all pass on the same one.
 */
#define MOMENT_NS INT64_C(300000000)

static int64_t first_stop;

static void
on_stop(int number)
{
	const struct sigaction usual = { .sa_handler = SIG_DFL };
	int saved = errno;
	int64_t now = clock_ns();

	if (first_stop == 0) {
		first_stop = now;
		stop = 1;
		eventfd_write(descriptor, 1);
	} else if (now - first_stop > MOMENT_NS) {
		sigaction(number, &usual, NULL);
		raise(number);
	}
	errno = saved;
}

static void
on_report(int number)
{
	int saved = errno;

	(void)number;
	report = 1;
	eventfd_write(descriptor, 1);
	errno = saved;
}

static int
attend(int number, void (*handler)(int))
{
	struct sigaction action, before;

	if (sigaction(number, NULL, &before) == -1)
		return -1;
	/* Who put us into the background does not want us to hear Ctrl-C. */
	if (before.sa_handler == SIG_IGN)
		return 0;
	action.sa_handler = handler;
	action.sa_flags = SA_RESTART;
	sigemptyset(&action.sa_mask);
	sigaddset(&action.sa_mask, SIGINT);
	sigaddset(&action.sa_mask, SIGTERM);
	return sigaction(number, &action, NULL);
}

int
interrupt_open(bool with_report, struct failure *f)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };

	descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (descriptor == -1 || sigaction(SIGPIPE, &ignore, NULL) == -1 ||
	    attend(SIGINT, on_stop) == -1 || attend(SIGTERM, on_stop) == -1 ||
	    (with_report && attend(SIGQUIT, on_report) == -1))
		return failure_sys(f, OUTCOME_LIMIT, "signals");
	return 0;
}

int
interrupt_fd(void)
{
	return descriptor;
}

enum interrupt
interrupt_read(void)
{
	eventfd_t value;

	if (descriptor != -1)
		eventfd_read(descriptor, &value);
	if (stop != 0) {
		stop = 0;
		return INTERRUPT_STOP;
	}
	if (report != 0) {
		report = 0;
		return INTERRUPT_REPORT;
	}
	return INTERRUPT_NONE;
}
