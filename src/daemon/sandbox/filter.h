/* SPDX-License-Identifier: ISC */
/*
 * filter: which system calls a process may make, and with what arguments
 * (seccomp(2)).  The lists are in calls.c.
 *
 * The master makes the programs once, with libseccomp; a child installs one of
 * them with one system call, because workers are forked while clients wait.
 */
#ifndef ECHOD_FILTER_H
#define ECHOD_FILTER_H

#include <stdbool.h>

#include "daemon/sandbox/role.h"

struct errbuf;

/* Whether this echod was built with libseccomp. */
bool filter_is_built_in(void);

/* Whether filters can be had; if not, -1 with the reason. */
int filter_available(struct errbuf *);

/*
 * Make the program of each of these roles (ROLE_BIT), if that has not been done.
 * Returns -1 with the reason.
 */
int filter_prepare(unsigned roles, const struct role_descriptors *,
    struct errbuf *);

/*
 * Install the prepared program for good, and for children.  It takes
 * no_new_privs.  From here on a call outside the list raises SIGSYS, which a
 * handler may report (see violation.h), or which ends the process.  Returns -1
 * with the reason.
 */
int filter_install(enum role, struct errbuf *);

/* The name of a system call; "unknown" when the number is none of ours. */
const char *filter_call_name(int number);

#endif
