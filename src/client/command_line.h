/* SPDX-License-Identifier: ISC */
/*
 * command_line: parses and checks the command line, without any system call.
 */
#ifndef ECHOC_COMMAND_LINE_H
#define ECHOC_COMMAND_LINE_H

struct failure;
struct options;

/* Parse argv.  Returns -1 with OUTCOME_USAGE and the reason. */
int command_line_read(struct options *, int argc, char *argv[],
    struct failure *);

#endif
