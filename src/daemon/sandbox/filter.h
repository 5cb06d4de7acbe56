/* SPDX-License-Identifier: ISC */
/*
 * filter: limits the system calls that a process may make, and their arguments
 * (seccomp(2)).  The lists are in calls.c.
 *
 * The master makes the programs of the filters once, with libseccomp; a child
 * installs one of them by a single system call, because workers are forked
 * while clients wait.
 */
#ifndef ECHOD_FILTER_H
#define ECHOD_FILTER_H

#include <stdbool.h>

#include "daemon/sandbox/role.h"

struct errbuf;

/* Whether this echod was built with libseccomp. */
bool filter_is_built_in(void);

/* Whether filters can be used here; -1 with the reason if not. */
int filter_available(struct errbuf *);

/*
 * Make the programs for these roles (ROLE_BIT), unless that has been done.  -1
 * with the reason in err.
 */
int filter_prepare(unsigned roles, const struct role_descriptors *,
    struct errbuf *);

/*
 * Install the prepared program for good, for this process and its children;
 * this requires no_new_privs.  From now on a call that is not in the list
 * raises SIGSYS, which a handler may report (violation.h), and which otherwise
 * ends the process.  -1 with the reason in err.
 */
int filter_install(enum role, struct errbuf *);

/*
 * The name of a system call; "unknown" if libseccomp does not know the number.
 */
const char *filter_call_name(int number);

#endif
