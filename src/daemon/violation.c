/* SPDX-License-Identifier: ISC */
#include "daemon/violation.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "daemon/scoreboard.h"
#include "daemon/signals.h"

#ifndef SYS_SECCOMP /* of the kernel's siginfo.h, which glibc does not have */
#define SYS_SECCOMP 1
#endif

static struct slot *noted;

/* Whether abort(3) has made this call, to signal its own process. */
static bool
is_abort(int call, const ucontext_t *uc)
{
#if defined(__x86_64__) && defined(__LP64__)
	long pid = (long)uc->uc_mcontext.gregs[REG_RDI];
	long signo = (long)uc->uc_mcontext.gregs[REG_RDX];
#elif defined(__aarch64__)
	long pid = (long)uc->uc_mcontext.regs[0];
	long signo = (long)uc->uc_mcontext.regs[2];
#else
	long pid = 0, signo = 0;

	(void)uc;
#endif
	return call == SYS_tgkill && pid == getpid() && signo == SIGABRT;
}

/*
 * End this process by SIGABRT.  The filter has to forbid tgkill(2), because it
 * was made before this process and does not know its pid.  A timer can signal
 * only its own process.
 */
static void
end_by_abort(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL,
		.sigev_signo = SIGABRT };
	struct itimerspec at_once = { .it_value.tv_nsec = 1 };
	int timer; /* the kernel's timer_t */

	if (syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &timer) == 0 &&
	    syscall(SYS_timer_settime, timer, 0, &at_once, NULL) == 0) {
		signals_let();
		for (;;)
			continue;
	}
}

static void
on_forbidden(int signo, siginfo_t *info, void *context)
{
	/* A tracer has cancelled the call, and sets its result. */
	if (info->si_syscall == -1)
		return;
	if (info->si_code == SYS_SECCOMP && is_abort(info->si_syscall, context))
		end_by_abort();
	if (info->si_code == SYS_SECCOMP && noted != NULL)
		scoreboard_broke(noted, info->si_syscall);
	/* End the process: the next forbidden call does it at once, as SIGSYS
	 * is blocked in its handler (seccomp(2)).  If there is no filter,
	 * another process has sent the signal, which has its usual effect when
	 * the handler returns. */
	signals_forbidden(NULL);
	(void)raise(signo);
}

void
violation_watch(void)
{
	signals_forbidden(on_forbidden);
}

void
violation_note(struct slot *slot)
{
	noted = slot;
}
