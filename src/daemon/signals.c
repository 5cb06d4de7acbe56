/* SPDX-License-Identifier: ISC */
#include "daemon/signals.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "common/errbuf.h"

static const struct {
	int signo;
	enum request request;
} master_signals[] = {
	{ SIGCHLD, REQUEST_REAP },
	{ SIGHUP, REQUEST_RELOAD },
	{ SIGTERM, REQUEST_STOP },
	{ SIGINT, REQUEST_QUIT },
	{ SIGQUIT, REQUEST_QUIT },
	{ SIGUSR1, REQUEST_REPORT },
};

static const int worker_signals[] = { SIGTERM, SIGQUIT, SIGALRM };

/*
 * Our own mistakes must still end the process, and a terminal may still stop
 * and continue it.
 */
static const int left_alone[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT,
	SIGTRAP, SIGSYS, SIGKILL, SIGSTOP, SIGTSTP, SIGCONT, SIGCHLD };

/* What a write can raise: the reader is gone, or the file may not grow. */
static const int of_writes[] = { SIGPIPE, SIGXFSZ };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool
is_left_alone(int signo)
{
	for (size_t i = 0; i < COUNT(left_alone); i++)
		if (left_alone[i] == signo)
			return true;
	return false;
}

/*
 * Give every signal outside `except` (which may be NULL) a disposition.  To
 * ignore a signal, if only for a moment, would discard one that is pending.
 */
static void
set_all(void (*disposition)(int), const sigset_t *except)
{
	struct sigaction action = { .sa_handler = disposition };

	for (int signo = 1; signo <= SIGRTMAX; signo++) {
		if (except != NULL && sigismember(except, signo) == 1)
			continue;
		action.sa_handler = is_left_alone(signo) ? SIG_DFL :
							   disposition;
		/* The two that libc keeps for itself say no; let them. */
		(void)sigaction(signo, &action, NULL);
	}
}

static sigset_t
set_of_master(void)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < COUNT(master_signals); i++)
		sigaddset(&set, master_signals[i].signo);
	return set;
}

static sigset_t
set_of_worker(void)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < COUNT(worker_signals); i++)
		sigaddset(&set, worker_signals[i]);
	return set;
}

void
signals_block(void)
{
	struct sigaction action = { .sa_handler = SIG_DFL };
	sigset_t set = set_of_master();

	sigprocmask(SIG_SETMASK, &set, NULL);
	set_all(SIG_IGN, &set);
	/* A blocked signal is only kept when it is not ignored as well. */
	for (size_t i = 0; i < COUNT(master_signals); i++)
		sigaction(master_signals[i].signo, &action, NULL);
}

int
signals_open(struct errbuf *err)
{
	sigset_t set = set_of_master();
	int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);

	if (fd == -1)
		return errbuf_sys(err, "cannot open a signalfd");
	return fd;
}

unsigned
signals_read(int fd)
{
	struct signalfd_siginfo info;
	unsigned requests = 0;

	while (read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
		for (size_t i = 0; i < COUNT(master_signals); i++)
			if (master_signals[i].signo == (int)info.ssi_signo)
				requests |= master_signals[i].request;
	return requests;
}

void
signals_default(void)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t none;

	set_all(SIG_DFL, NULL);
	/* What cannot be written is an error, and has a status of its own. */
	for (size_t i = 0; i < COUNT(of_writes); i++)
		(void)sigaction(of_writes[i], &ignore, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

void
signals_deaf(void)
{
	sigset_t none;

	set_all(SIG_IGN, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

void
signals_worker(void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler };
	sigset_t set = set_of_worker();

	/* The dispositions first: what the master has blocked is blocked until
	 * then, and nothing kills a worker that has just been born. */
	set_all(SIG_IGN, &set);
	/* Handlers do not interrupt each other, nor do they restart a call:
	 * whoever is blocked is to look at what was said. */
	action.sa_mask = set;
	for (size_t i = 0; i < COUNT(worker_signals); i++)
		sigaction(worker_signals[i], &action, NULL);
	sigprocmask(SIG_SETMASK, &set, NULL);
}

void
signals_let(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

void
signals_hold(void)
{
	sigset_t set = set_of_worker();

	sigprocmask(SIG_SETMASK, &set, NULL);
}

void
signals_take(void)
{
	signals_let();
	signals_hold();
}

const sigset_t *
signals_waiting(void)
{
	static sigset_t none;

	sigemptyset(&none);
	return &none;
}

const char *
signals_name(int signo)
{
	static char text[16];
	const char *name = sigabbrev_np(signo);

	if (name != NULL)
		snprintf(text, sizeof(text), "SIG%s", name);
	else
		snprintf(text, sizeof(text), "SIG%d", signo);
	return text;
}

bool
signals_is_crash(int signo)
{
	switch (signo) {
	case SIGSEGV:
	case SIGBUS:
	case SIGABRT:
	case SIGFPE:
	case SIGILL:
	case SIGTRAP:
	case SIGSYS:
		return true;
	}
	return false;
}
