/* SPDX-License-Identifier: ISC */
#include "daemon/master/loader.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/output.h"
#include "config/check.h"
#include "config/options.h"
#include "config/trust.h"
#include "daemon/sandbox/descriptors.h"
#include "daemon/sandbox/process.h"
#include "daemon/signals.h"

/*
 * This fails only if echod was started with a tighter limit, which is as good.
 */
#define LIMIT(resource, value)                                                 \
	((void)setrlimit(resource, &(struct rlimit){ value, value }))

/* The child: become echod-load, or say why not. */
static _Noreturn void
execute(const struct options *opt, int in, int out, struct message *message,
    pid_t parent)
{
	const char *argv[OPTIONS_ARGV];
	int keep[] = { STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO };

	/* Signals to the process group do not end it: it ends by itself, at a
	 * limit, or with its parent. */
	signals_deaf();
	if (dup2(in, STDIN_FILENO) == -1 || dup2(out, STDOUT_FILENO) == -1 ||
	    process_parent(parent, SIGKILL, &message->err) == -1)
		_exit(EX_OSERR);
	/* Standard error stays open for the complaints of the dynamic
	 * linker. */
	descriptors_keep(keep, 3);
	LIMIT(RLIMIT_CPU, 2);
	LIMIT(RLIMIT_CORE, 0);
	LIMIT(RLIMIT_NOFILE, 64);
#ifndef SANITIZERS
	LIMIT(RLIMIT_AS, 512UL << 20);
#endif
	options_argv(opt, "echod-load", argv);
	/* The environment stays: name services look for their settings
	 * there. */
	execv(opt->loader, (char *const *)argv);
	errbuf_sys(&message->err, "cannot execute %s", opt->loader);
	message_identify(message->identity);
	message->status = EX_OSERR;
	(void)output_write(STDOUT_FILENO, message, sizeof(*message));
	_exit(EX_OSERR);
}

/*
 * Make a pipe that holds the request for the loader.  Returns the end to read
 * from, or -1.
 */
static int
request_pipe(const struct config *now, struct errbuf *err)
{
	struct message_request request = { 0 };
	int fd[2], result;

	message_identify(request.identity);
	if (now != NULL)
		request.before = now->found;
	if (pipe2(fd, O_CLOEXEC) == -1)
		return errbuf_sys(err, "cannot make the loader's pipe");
	/* A pipe holds as much as PIPE_BUF before anybody reads (pipe(7)), so
	 * this write does not wait. */
	_Static_assert(sizeof(request) <= PIPE_BUF, "too large for a pipe");
	result = output_write(fd[1], &request, sizeof(request));
	close(fd[1]);
	if (result == 0)
		return fd[0];
	errbuf_sys(err, "cannot write to the loader's pipe");
	close(fd[0]);
	return -1;
}

int
loader_start(struct loader *loader, const struct options *opt,
    const struct config *now, struct errbuf *err)
{
	pid_t parent = getpid();
	int fd[2], request;

	*loader = (struct loader){ .fd = -1, .program = opt->loader };
	loader->load = calloc(1, sizeof(*loader->load));
	if (loader->load == NULL || pipe2(fd, O_CLOEXEC) == -1) {
		errbuf_sys(err, "cannot start the loader");
		loader_close(loader);
		return -1;
	}
	loader->fd = fd[0];
	if ((request = request_pipe(now, err)) != -1) {
		if ((loader->pid = fork()) == 0)
			execute(opt, request, fd[1], loader->load, parent);
		if (loader->pid == -1)
			errbuf_sys(err, "cannot fork the loader");
		close(request);
	}
	close(fd[1]);
	if (request == -1 || loader->pid == -1) {
		loader->pid = 0;
		loader_close(loader);
		return -1;
	}
	(void)fcntl(loader->fd, F_SETFL, O_NONBLOCK);
	loader->deadline_ms = clock_ms() + LOADER_MS;
	return 0;
}

enum { END_MS = 100 }; /* for a killed process to end */

/*
 * A process that waits for a file system which does not answer cannot be
 * killed.  After END_MS it is left to itself: the master reaps it whenever it
 * ends.
 */
static void
end_child(struct loader *loader)
{
	if (loader->pid == 0)
		return;
	kill(loader->pid, SIGKILL);
	for (int ms = 0; ms < END_MS; ms++) {
		if (waitpid(loader->pid, NULL, WNOHANG) != 0)
			break;
		(void)poll(NULL, 0, 1);
	}
	loader->pid = 0;
}

/* End the load, with the reason why there is no configuration. */
static bool
fail(struct loader *loader, int status, const char *why)
{
	loader->load->status = status;
	errbuf_set(&loader->load->err, "%s", why);
	end_child(loader);
	return true;
}

/* Returns true if the loader is of another version, which ends the load. */
static bool
refuse_other(struct loader *loader)
{
	char other[MESSAGE_IDENTITY], ours[MESSAGE_IDENTITY];
	struct message *load = loader->load;

	if (loader->have < MESSAGE_IDENTITY || message_is_ours(load->identity))
		return false;
	memcpy(other, load->identity, sizeof(other));
	other[sizeof(other) - 1] = '\0';
	message_identify(ours);
	errbuf_set(&load->err,
	    "%s is of version %s, but this echod is of version %s; restart "
	    "echod, or install both together",
	    loader->program, other, ours);
	errbuf_clean(&load->err);
	load->status = EX_OSERR;
	end_child(loader);
	return true;
}

/*
 * The loader has given up root and perhaps cannot see these paths, so the
 * master checks them itself.
 */
static int
check_paths(struct message *load)
{
	const struct config *config = &load->config;
	struct errbuf *warning = &load->warning, *err = &load->err;

	if (config->chroot[0] != '\0' &&
	    check_chroot(config, warning, err) == -1)
		return errbuf_prefix(err, "chroot: ");
	if (geteuid() == 0 && config->pid_file[0] != '\0' &&
	    trust_file(config->pid_file, -1, warning, err) == -1)
		return errbuf_prefix(err, "pid_file: ");
	return 0;
}

static bool
is_string(const struct errbuf *e)
{
	return memchr(e->text, '\0', sizeof(e->text)) != NULL;
}

/*
 * The loader has parsed text that may be hostile, and may have been taken over
 * by it.  Therefore its message is checked: nothing in it may lead the master
 * out of an array.
 */
static bool
take_message(struct loader *loader)
{
	struct message *load = loader->load;

	if (!is_string(&load->err) || !is_string(&load->warning) ||
	    (load->status == EX_OK && !check_config(&load->config)))
		return fail(loader, EX_OSERR,
		    "the loader's message is malformed");
	if (load->status == EX_OK && check_paths(load) == -1)
		load->status = EX_CONFIG;
	errbuf_clean(&load->warning);
	end_child(loader);
	return true;
}

bool
loader_step(struct loader *loader)
{
	char *p = (char *)loader->load;
	ssize_t n;

	while (loader->have < sizeof(*loader->load)) {
		n = read(loader->fd, p + loader->have,
		    sizeof(*loader->load) - loader->have);
		if (n == 0)
			return fail(loader, EX_OSERR,
			    "the configuration could not be read: the loader died, or hit a limit of memory or time");
		if (n == -1 && errno != EAGAIN && errno != EINTR)
			return fail(loader, EX_OSERR,
			    "the loader's pipe failed");
		/* The most likely cause is a name service that does not
		 * answer. */
		if (n == -1 && clock_ms() >= loader->deadline_ms)
			return fail(loader, EX_UNAVAILABLE,
			    "the configuration could not be read within 10 seconds");
		if (n == -1)
			return false;
		loader->have += (size_t)n;
		if (refuse_other(loader))
			return true;
	}
	return take_message(loader);
}

bool
loader_reaped(struct loader *loader, pid_t pid)
{
	if (loader->pid != pid)
		return false;
	loader->pid = 0;
	return true;
}

void
loader_close(struct loader *loader)
{
	end_child(loader);
	if (loader->fd != -1)
		close(loader->fd);
	free(loader->load);
	*loader = (struct loader){ .fd = -1 };
}

struct message *
loader_run(const struct options *opt, struct errbuf *err)
{
	struct loader loader;
	struct message *load;

	if (loader_start(&loader, opt, NULL, err) == -1)
		return NULL;
	while (!loader_step(&loader)) {
		struct pollfd pfd = { .fd = loader.fd, .events = POLLIN };
		int64_t left = loader.deadline_ms - clock_ms();

		(void)poll(&pfd, 1, left > 0 ? (int)left : 0);
	}
	load = loader.load;
	loader.load = NULL;
	loader_close(&loader);
	return load;
}
