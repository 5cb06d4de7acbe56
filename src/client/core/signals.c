/* SPDX-License-Identifier: ISC */
#include "client/core/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/eventfd.h>

#include "client/core/failure.h"
#include "common/clock.h"

static int descriptor = -1;
static atomic_bool stop, report;

/* So soon, a second signal does not kill: timeout(1) may pass on the same. */
#define MOMENT_NS (300 * CLOCK_MS)

static _Atomic int64_t first_stop;
static atomic_int first_signal;

/*
 * Whether a second signal kills.  A hangup comes both from the terminal and from
 * the shell, and SIGXCPU comes each second: these do not mean it.
 */
static bool
kills(int number)
{
	return number == SIGINT || number == SIGTERM;
}

static void
on_stop(int number)
{
	const struct sigaction usual = { .sa_handler = SIG_DFL };
	int saved = errno;
	int64_t now = clock_ns(), first = 0;

	/* Several threads may be here, for one signal each. */
	if (atomic_compare_exchange_strong(&first_stop, &first, now)) {
		first_signal = number;
		stop = true;
		eventfd_write(descriptor, 1);
	} else if (now - first > MOMENT_NS && kills(number)) {
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
	report = true;
	eventfd_write(descriptor, 1);
	errno = saved;
}

static int catch (int number, void (*handler)(int))
{
	struct sigaction action, before;

	if (sigaction(number, NULL, &before) == -1)
		return -1;
	/* A shell ignores SIGINT for a job in the background. */
	if (before.sa_handler == SIG_IGN)
		return 0;
	action.sa_handler = handler;
	action.sa_flags = SA_RESTART;
	sigemptyset(&action.sa_mask);
	sigaddset(&action.sa_mask, SIGINT);
	sigaddset(&action.sa_mask, SIGTERM);
	if (sigaction(number, &action, NULL) == -1)
		return -1;
	/* Our parent may have blocked it. */
	sigemptyset(&action.sa_mask);
	sigaddset(&action.sa_mask, number);
	return sigprocmask(SIG_UNBLOCK, &action.sa_mask, NULL);
}

void
signals_spare_writes(void)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };

	/* sigaction(2) can fail only for a number that is no signal. */
	(void)sigaction(SIGPIPE, &ignore, NULL);
	(void)sigaction(SIGXFSZ, &ignore, NULL);
}

int
signals_open(bool with_report, struct failure *f)
{
	descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (descriptor == -1 || catch (SIGINT, on_stop) == -1 ||
	    catch (SIGTERM, on_stop) == -1 || catch (SIGHUP, on_stop) == -1 ||
	    catch (SIGXCPU, on_stop) == -1 ||
	    (with_report && catch (SIGQUIT, on_report) == -1))
		return failure_sys(f, OUTCOME_LIMIT, "signals");
	return 0;
}

int
signals_fd(void)
{
	return descriptor;
}

bool
signals_stopped(void)
{
	eventfd_t value;

	/* A SIGQUIT that is not asked for must not keep waking the caller. */
	if (descriptor != -1)
		eventfd_read(descriptor, &value);
	return atomic_exchange(&stop, false);
}

const char *
signals_words(void)
{
	switch (atomic_load(&first_signal)) {
	case SIGHUP:
		return "interrupted by a hangup";
	case SIGXCPU:
		return "interrupted by the limit of processor time";
	}
	return "interrupted";
}

enum signals
signals_read(void)
{
	if (!stop && !report)
		return SIGNALS_NONE;
	if (signals_stopped())
		return SIGNALS_STOP;
	return atomic_exchange(&report, false) ? SIGNALS_REPORT : SIGNALS_NONE;
}
