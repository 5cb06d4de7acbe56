/* SPDX-License-Identifier: ISC */
#include "client/interrupt.h"

#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "client/failure.h"

static int descriptor = -1;

int
interrupt_open(bool report, struct failure *f)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	if (report)
		sigaddset(&set, SIGQUIT);
	if (sigaction(SIGPIPE, &ignore, NULL) == -1 ||
	    sigprocmask(SIG_BLOCK, &set, NULL) == -1)
		return failure_sys(f, OUTCOME_LIMIT, "signals");
	descriptor = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (descriptor == -1)
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
	struct signalfd_siginfo info;

	if (descriptor == -1 ||
	    read(descriptor, &info, sizeof(info)) != sizeof(info))
		return INTERRUPT_NONE;
	return info.ssi_signo == SIGQUIT ? INTERRUPT_REPORT : INTERRUPT_STOP;
}

void
interrupt_close(void)
{
	sigset_t set;

	/* Also when the parent left them blocked: the second one kills. */
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGQUIT);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}
