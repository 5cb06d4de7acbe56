/* SPDX-License-Identifier: ISC */
/*
 * wait: tries until one echo has come back, for scripts.
 */
#ifndef ECHOC_WAIT_H
#define ECHOC_WAIT_H

struct failure;
struct options;
struct destination;
struct target;

/*
 * Returns 0 after the first whole echo, else at the deadline -1 with the
 * failure of the last try.
 */
int wait_run(struct target *, const struct options *, struct destination *,
    struct failure *);

#endif
