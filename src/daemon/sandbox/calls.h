/* SPDX-License-Identifier: ISC */
/*
 * calls: lists the system calls that each role may make, with the reason for
 * each, and with what an attacker who has taken over the process can do by it.
 */
#ifndef ECHOD_CALLS_H
#define ECHOD_CALLS_H

#ifdef HAVE_SECCOMP
#include <seccomp.h>

#include "daemon/sandbox/role.h"

/* Add the list of a role to an empty filter.  0, or a negative errno. */
int calls_add(scmp_filter_ctx, enum role, const struct role_descriptors *);

#endif
#endif
