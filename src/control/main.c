/* SPDX-License-Identifier: ISC */
/*
 * echodctl: asks a running echod on its control socket, or tells it what to do.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/errbuf.h"
#include "common/output.h"
#include "common/terminal.h"
#include "control/arguments.h"
#include "control/show.h"
#include "control/repeat.h"

static void
complain(const char *text)
{
	fprintf(output_error(), "echodctl: %s\n", text);
}

/* Print a text.  Returns the exit status. */
static int
print(const char *text)
{
	struct errbuf err;

	if (text != NULL && fputs(text, output_standard()) >= 0 &&
	    output_flush(output_standard()) == 0)
		return EX_OK;
	errbuf_sys(&err, "standard output");
	complain(err.text);
	return EX_IOERR;
}

static int
once(struct show_case *c)
{
	struct errbuf err;
	char *text;
	int status = show(c, &text, &err);

	if (status != EX_OK)
		complain(err.text);
	if (text != NULL && print(text) != EX_OK && status == EX_OK)
		status = EX_IOERR;
	free(text);
	return status;
}

static int
help(void)
{
	char *text = arguments_help();
	int status = print(text);

	free(text);
	return status;
}

int
main(int argc, char *argv[])
{
	/* Too large for a small stack. */
	static struct show_case c;
	struct arguments opt;
	struct errbuf err;

	/* Open the standard descriptors that are closed, or the socket would
	 * get the number of one of them. */
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) == -1)
			(void)open("/", O_PATH);
	if (arguments_read(&opt, argc, argv, &err) == -1) {
		complain(err.text);
		complain("try echodctl --help");
		return EX_USAGE;
	}
	if (opt.action == ARGUMENTS_HELP)
		return help();
	if (opt.action == ARGUMENTS_VERSION)
		return print("echodctl " PACKAGE_VERSION "\n");
	c.opt = &opt;
	terminal_look(&c.terminal, opt.color);
	c.width = terminal_width(STDOUT_FILENO);
	return opt.watch ? repeat_show(&c) : once(&c);
}
