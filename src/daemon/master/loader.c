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
#include "config/check.h"
#include "config/options.h"
#include "config/settings.h"
#include "daemon/sandbox/confine.h"
#include "daemon/signals.h"
#include "loader/load.h"
#include "loader/origin.h"
#include "loader/resolve.h"
#include "loader/text.h"

/* A limit that is already tighter is as good. */
#define LIMIT(resource, value)                                                 \
	((void)setrlimit(resource, &(struct rlimit){ value, value }))

/* Write the result; the parent may take its time. */
static void
send_load(int fd, const struct load *load)
{
	const char *p = (const char *)load;
	size_t left = sizeof(*load);
	ssize_t n;

	while (left > 0 && (n = write(fd, p, left)) > 0) {
		p += n;
		left -= (size_t)n;
	}
}

/* The child: everything that may go wrong goes wrong in here. */
static _Noreturn void
load_and_exit(int fd, const struct options *opt, const struct config *now,
    struct load *load, pid_t parent)
{
	static const struct config_found nothing;
	static struct origin origins[SETTINGS_MAX];
	static struct text text;
	const struct config_found *before = now ? &now->found : &nothing;
	int keep[] = { fd };

	/* It ends by itself, by a limit, or with its parent. */
	signals_deaf();
	confine_descriptors(keep, 1);
	confine_name("loader");
	if (confine_parent(parent, SIGKILL, &load->err) == -1)
		_exit(EX_OSERR);
	LIMIT(RLIMIT_CPU, 2);
	LIMIT(RLIMIT_CORE, 0);
	LIMIT(RLIMIT_FSIZE, 0);
	LIMIT(RLIMIT_NOFILE, 64);
#ifndef SANITIZERS
	LIMIT(RLIMIT_AS, 512UL << 20);
#endif
	load->status = load_read(&text, opt, before, &load->err);
	if (load->status == EX_OK)
		load->status = load_config(&load->config, &text, opt, before,
		    origins, &load->err);
	if (load->status == EX_OK)
		load->status = resolve_config(&load->config, origins,
		    &load->err);
	errbuf_clean(&load->err);
	send_load(fd, load);
	_exit(EX_OK);
}

int
loader_start(struct loader *loader, const struct options *opt,
    const struct config *now, struct errbuf *err)
{
	pid_t parent;
	int fd[2];

	*loader = (struct loader){ .fd = -1 };
	if ((loader->load = calloc(1, sizeof(*loader->load))) == NULL)
		return errbuf_sys(err, "cannot start the loader");
	if (pipe2(fd, O_CLOEXEC) == -1) {
		errbuf_sys(err, "cannot make the loader's pipe");
		loader_close(loader);
		return -1;
	}
	parent = getpid();
	loader->pid = fork();
	if (loader->pid == 0)
		load_and_exit(fd[1], opt, now, loader->load, parent);
	close(fd[1]);
	loader->fd = fd[0];
	if (loader->pid == -1) {
		loader->pid = 0;
		errbuf_sys(err, "cannot fork the loader");
		loader_close(loader);
		return -1;
	}
	(void)fcntl(loader->fd, F_SETFL, O_NONBLOCK);
	loader->deadline_ms = clock_ms() + LOADER_MS;
	return 0;
}

/* Who can be killed is dead in that time. */
enum { END_MS = 100 };

/*
 * Who sleeps in a file system that does not answer cannot be killed, and is not
 * waited for: the master buries any child, whenever it ends.
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

/* The load is over without a result. */
static bool
fail(struct loader *loader, int status, const char *why)
{
	loader->load->status = status;
	errbuf_set(&loader->load->err, "%s", why);
	end_child(loader);
	return true;
}

/*
 * The child has read hostile text as the user we are; what it sends is not to
 * lead us out of an array, whatever became of it.
 */
static bool
is_sane(const struct load *load)
{
	if (memchr(load->err.text, '\0', sizeof(load->err.text)) == NULL)
		return false;
	return load->status != EX_OK || check_config(&load->config);
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
			return fail(loader, EX_CONFIG,
			    "the configuration could not be read: the loader died or hit a limit");
		if (n == -1 && errno != EAGAIN && errno != EINTR)
			return fail(loader, EX_OSERR,
			    "the loader's pipe failed");
		/* Late: most likely a name service does not answer. */
		if (n == -1 && clock_ms() >= loader->deadline_ms)
			return fail(loader, EX_UNAVAILABLE,
			    "the configuration could not be read within 10 seconds");
		if (n == -1)
			return false;
		loader->have += (size_t)n;
	}
	if (!is_sane(loader->load))
		return fail(loader, EX_OSERR, "the loader sent rubbish");
	end_child(loader);
	return true;
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

struct load *
loader_run(const struct options *opt, struct errbuf *err)
{
	struct loader loader;
	struct load *load;

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
