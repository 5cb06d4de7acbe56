/* SPDX-License-Identifier: ISC */
/*
 * echod-load: reads the configuration for echod, which executes it for each
 * load.  Libconfig and the name services are in this process only; its limits
 * of time, memory and descriptors were set before it was executed.
 *
 * The command line is echod's.  Standard input brings a message_request,
 * standard output takes one message.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/errbuf.h"
#include "common/output.h"
#include "config/message.h"
#include "config/options.h"
#include "config/settings.h"
#include "daemon/sandbox/identity.h"
#include "daemon/sandbox/process.h"
#include "loader/forbidden.h"
#include "loader/load.h"
#include "loader/memory.h"
#include "loader/origin.h"
#include "loader/resolve.h"
#include "loader/text.h"

/* "nobody" on most systems; its name must not be looked up as root. */
enum { NOBODY = 65534 };

/* What is sent to echod in the end. */
static struct message message;

static int
read_request(struct message_request *request)
{
	char *p = (char *)request;
	size_t have = 0;
	struct stat st;
	ssize_t n;

	/* Without this check, a person who starts this program would wait for
	 * ever. */
	if (fstat(STDIN_FILENO, &st) == -1 || !S_ISFIFO(st.st_mode))
		return -1;
	while (have < sizeof(*request)) {
		n = read(STDIN_FILENO, p + have, sizeof(*request) - have);
		if (n <= 0)
			break;
		have += (size_t)n;
	}
	return have >= sizeof(request->identity) ? 0 : -1;
}

/*
 * Give up root, and calls that only an attacker has a use for.  If a container
 * allows neither, the load goes on.
 */
static int
give_up_root(pid_t parent, struct errbuf *err)
{
	const struct identity nobody = { .uid = NOBODY, .gid = NOBODY };

	(void)identity_become(&nobody, err);
	if (process_no_new_privs(err) == 0)
		forbidden_install();
	/* The change of ids has cancelled the signal at the parent's death: ask
	 * again. */
	return process_parent(parent, SIGKILL, err);
}

static int
load(const struct options *opt, const struct config_found *before)
{
	static struct origin origins[SETTINGS_MAX];
	static struct text text;
	const struct resolve_starter starter = { geteuid(), getegid() };
	struct config *config = &message.config;
	struct errbuf *err = &message.err;
	pid_t parent = getppid();
	int status = load_read(&text, opt, before, err);

	if (status != EX_OK)
		return status;
	message.warning = text.warning;
	if (give_up_root(parent, err) == -1)
		return EX_OSERR;
	status = load_config(config, &text, opt, before, origins, err);
	if (status != EX_OK)
		return status;
	return resolve_config(config, &starter, origins, err);
}

/*
 * Send the message and end, without the exit handlers of libraries: nothing has
 * to be flushed, and a hostile file may have taken them over.
 */
static _Noreturn void
answer(void)
{
	errbuf_clean(&message.err);
	errbuf_clean(&message.warning);
	/* If this fails there is nobody to tell. */
	(void)output_write(STDOUT_FILENO, &message, sizeof(message));
	_exit(EX_OK);
}

static void
out_of_memory(void)
{
	message.status = EX_OSERR;
	errbuf_set(&message.err,
	    "out of memory while the configuration was read");
	answer();
}

int
main(int argc, char *argv[])
{
	static struct message_request request;
	struct options opt;

	process_name("echod:loader");
	if (read_request(&request) == -1) {
		fputs("echod-load is for echod to execute; see echod(8)\n",
		    output_error());
		return EX_USAGE;
	}
	/* Only now, because errors until here may go to a file (standard
	 * error). */
	(void)setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 0, 0 });
	message_identify(message.identity);
	memory_guard(out_of_memory);
	/* An echod of another version looks at our identity only. */
	if (message_is_ours(request.identity)) {
		message.status = EX_USAGE;
		if (options_read(&opt, argc, argv, &message.err) == 0)
			message.status = load(&opt, &request.before);
	}
	answer();
}
