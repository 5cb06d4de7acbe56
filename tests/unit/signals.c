/* SPDX-License-Identifier: ISC */
/* signals: their names, and what each asks of the master. */
#include "check.h"

#include <signal.h>

#include "common/errbuf.h"
#include "daemon/signals.h"

static void
names(void **state)
{
	static const struct {
		int signo;
		const char *name;
	} rows[] = {
		{ SIGHUP, "SIGHUP" },
		{ SIGINT, "SIGINT" },
		{ SIGQUIT, "SIGQUIT" },
		{ SIGILL, "SIGILL" },
		{ SIGTRAP, "SIGTRAP" },
		{ SIGABRT, "SIGABRT" },
		{ SIGBUS, "SIGBUS" },
		{ SIGFPE, "SIGFPE" },
		{ SIGKILL, "SIGKILL" },
		{ SIGUSR1, "SIGUSR1" },
		{ SIGSEGV, "SIGSEGV" },
		{ SIGUSR2, "SIGUSR2" },
		{ SIGPIPE, "SIGPIPE" },
		{ SIGALRM, "SIGALRM" },
		{ SIGTERM, "SIGTERM" },
		{ SIGCHLD, "SIGCHLD" },
		{ SIGXCPU, "SIGXCPU" },
		{ SIGSYS, "SIGSYS" },
		/* Without a name: the number says it. */
		{ 34, "SIG34" },
		{ 64, "SIG64" },
		{ 127, "SIG127" },
		{ 0, "SIG0" },
		{ -1, "SIG-1" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK_TEXT(signals_name(rows[i].signo), rows[i].name, "%d",
		    rows[i].signo);
}

/* The sum of what came, each once; in a child, whose signals they are. */
static void
master_reads_requests(void)
{
	static const struct {
		int signo;
		unsigned request;
	} rows[] = {
		{ SIGCHLD, REQUEST_REAP },
		{ SIGHUP, REQUEST_RELOAD },
		{ SIGTERM, REQUEST_STOP },
		{ SIGINT, REQUEST_QUIT },
		{ SIGQUIT, REQUEST_QUIT },
		{ SIGUSR1, REQUEST_REPORT },
	};
	struct errbuf err;
	unsigned all = 0;
	int fd, failed;

	/* Whatever was inherited: an ignored signal is kept all the same. */
	signal(SIGHUP, SIG_IGN);
	signals_block();
	/* One that came before there was anyone to read is not lost. */
	raise(SIGHUP);
	if ((fd = signals_open(&err)) == -1)
		_exit(2);
	if (signals_read(fd, &failed) != REQUEST_RELOAD ||
	    signals_read(fd, &failed) != 0)
		_exit(3);
	for (size_t i = 0; i < COUNT(rows); i++) {
		raise(rows[i].signo);
		if (signals_read(fd, &failed) != rows[i].request)
			_exit(10 + (int)i);
		all |= rows[i].request;
	}
	for (size_t i = 0; i < COUNT(rows); i++) {
		raise(rows[i].signo);
		raise(rows[i].signo);
	}
	if (signals_read(fd, &failed) != all || signals_read(fd, &failed) != 0)
		_exit(4);
	/* Without the descriptor they are heard as well. */
	raise(SIGHUP);
	raise(SIGTERM);
	if (signals_read(fd + 1, &failed) != (REQUEST_RELOAD | REQUEST_STOP) ||
	    failed != EBADF || signals_read(fd, &failed) != 0 || failed != 0)
		_exit(5);
	/* The rest is never fatal. */
	for (int signo = 1; signo <= SIGRTMAX; signo++) {
		switch (signo) {
		case SIGSEGV:
		case SIGBUS:
		case SIGFPE:
		case SIGILL:
		case SIGABRT:
		case SIGTRAP:
		case SIGSYS:
		case SIGKILL:
		case SIGSTOP:
		case SIGTSTP:
			continue;
		}
		/* The C library keeps two for itself. */
		if (signo < 32 || signo >= SIGRTMIN)
			raise(signo);
	}
	_exit(0);
}

static void
requests(void **state)
{
	pid_t pid;

	(void)state;
	if ((pid = fork()) == 0)
		master_reads_requests();
	assert_int_equal(check_wait(pid), 0);
}

static volatile sig_atomic_t caught;

static void
on_signal(int signo)
{
	caught = signo;
}

static void
worker_opens_and_holds(void)
{
	static const int mine[] = { SIGTERM, SIGQUIT, SIGALRM };

	/* As after the fork from the master. */
	signals_block();
	raise(SIGTERM);
	signals_worker(on_signal);
	if (caught != 0)
		_exit(2);
	signals_let();
	if (caught != SIGTERM)
		_exit(3);
	for (size_t i = 0; i < COUNT(mine); i++) {
		caught = 0;
		raise(mine[i]);
		if (caught != mine[i])
			_exit(10 + (int)i);
		signals_hold();
		caught = 0;
		raise(mine[i]);
		if (caught != 0)
			_exit(20 + (int)i);
		sigsuspend(signals_waiting());
		if (caught != mine[i])
			_exit(30 + (int)i);
		signals_let();
	}
	caught = 0;
	raise(SIGINT);
	raise(SIGHUP);
	raise(SIGUSR1);
	raise(SIGPIPE);
	_exit(caught);
}

static void
worker(void **state)
{
	pid_t pid;

	(void)state;
	if ((pid = fork()) == 0)
		worker_opens_and_holds();
	assert_int_equal(check_wait(pid), 0);
}

static void
loader_and_logger(void **state)
{
	pid_t pid;

	(void)state;
	if ((pid = fork()) == 0) {
		signals_block();
		signals_default();
		raise(SIGTERM);
		_exit(1);
	}
	assert_int_equal(check_wait(pid), 128 + SIGTERM);
	if ((pid = fork()) == 0) {
		signals_block();
		signals_deaf();
		raise(SIGTERM);
		raise(SIGINT);
		raise(SIGHUP);
		raise(SIGPIPE);
		_exit(0);
	}
	assert_int_equal(check_wait(pid), 0);
}

int
main(void)
{
	const struct CMUnitTest signals[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(requests),
		cmocka_unit_test(worker),
		cmocka_unit_test(loader_and_logger),
	};

	return cmocka_run_group_tests(signals, NULL, NULL);
}
