/* SPDX-License-Identifier: ISC */
/*
 * limits: limits the resources of a confined process (setrlimit(2)).
 */
#ifndef ECHOD_LIMITS_H
#define ECHOD_LIMITS_H

#include <stdbool.h>

struct errbuf;

struct limits {
	unsigned descriptors; /* that it may open in addition to those it has */
	bool files;	      /* it may let files grow */
};

/*
 * Lower the limits for good: descriptors, files, core, memory.  A limit that is
 * lower already stays.  SIGXFSZ must be ignored.  Returns -1 with the reason.
 */
int limits_enter(const struct limits *, struct errbuf *);

/*
 * Forbid this process to have children, even those that its filter allows.
 * This has no effect on root (RLIMIT_NPROC, setrlimit(2)).
 */
int limits_no_children(struct errbuf *);

#endif
