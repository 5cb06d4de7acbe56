/* SPDX-License-Identifier: ISC */
#include "daemon/signals.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
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
	{ SIGUSR2, REQUEST_UPGRADE },
};

static const int worker_signals[] = { SIGTERM, SIGQUIT, SIGALRM };

/*
 * These keep their disposition: a terminal may stop and continue the process,
 * and CHLD has to tell of children.
 */
static const int left_alone[] = { SIGKILL, SIGSTOP, SIGTSTP, SIGCONT, SIGCHLD };

/* Faults of the program, which must end the process. */
static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT,
	SIGTRAP, SIGSYS };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool
has(const int *list, size_t n, int signo)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == signo)
			return true;
	return false;
}

bool
signals_is_crash(int signo)
{
	return has(crashes, COUNT(crashes), signo);
}

/*
 * Give every signal outside `except` (which may be NULL) a disposition.  To
 * ignore a signal, if only for a moment, would discard one that is pending.
 */
static void
set_all(void (*disposition)(int), const sigset_t *except)
{
	struct sigaction action;
	bool keep;

	for (int signo = 1; signo <= SIGRTMAX; signo++) {
		if (except != NULL && sigismember(except, signo) == 1)
			continue;
		keep = signals_is_crash(signo) ||
		    has(left_alone, COUNT(left_alone), signo);
		action = (struct sigaction){ .sa_handler = keep ? SIG_DFL :
								  disposition };
		/* This fails for KILL, STOP and the two signals that the C
		 * library uses. */
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
	/* A blocked signal stays pending only if it is not ignored as well. */
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

static unsigned
request_of(int signo)
{
	for (size_t i = 0; i < COUNT(master_signals); i++)
		if (master_signals[i].signo == signo)
			return master_signals[i].request;
	return 0;
}

unsigned
signals_read(int fd, int *failed)
{
	const struct timespec at_once = { 0 };
	struct signalfd_siginfo info;
	sigset_t set = set_of_master();
	unsigned requests = 0;
	int signo;
	ssize_t n;

	while ((n = read(fd, &info, sizeof(info))) == (ssize_t)sizeof(info))
		requests |= request_of((int)info.ssi_signo);
	*failed = n == -1 && errno != EAGAIN && errno != EINTR ? errno : 0;
	/* Take the signals in another way: as long as they are pending,
	 * epoll_wait(2) returns at once. */
	while (*failed != 0 && (signo = sigtimedwait(&set, NULL, &at_once)) > 0)
		requests |= request_of(signo);
	return requests;
}

void
signals_default(void)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };

	set_all(SIG_DFL, NULL);
	/* A write that fails is an error with a status of its own: the reader
	 * has gone, or the file may not grow. */
	(void)sigaction(SIGPIPE, &ignore, NULL);
	(void)sigaction(SIGXFSZ, &ignore, NULL);
	signals_let();
}

void
signals_deaf(void)
{
	set_all(SIG_IGN, NULL);
	signals_let();
}

void
signals_worker(void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler };
	sigset_t set = set_of_worker();

	/* Dispositions first: until the mask changes, what the master has
	 * blocked stays blocked, so nothing kills a new worker. */
	set_all(SIG_IGN, &set);
	/* Handlers do not interrupt each other, and do not restart a call: its
	 * caller has to look at what the handler noted. */
	action.sa_mask = set;
	for (size_t i = 0; i < COUNT(worker_signals); i++)
		sigaction(worker_signals[i], &action, NULL);
	sigprocmask(SIG_SETMASK, &set, NULL);
}

void
signals_forbidden(void (*handler)(int, siginfo_t *, void *))
{
	struct sigaction action = { .sa_flags = SA_SIGINFO };

	if (handler != NULL)
		action.sa_sigaction = handler;
	else
		action.sa_handler = SIG_DFL;
	sigaction(SIGSYS, &action, NULL);
}

void
signals_let(void)
{
	sigprocmask(SIG_SETMASK, signals_waiting(), NULL);
}

void
signals_hold(void)
{
	sigset_t set = set_of_worker();

	sigprocmask(SIG_SETMASK, &set, NULL);
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
