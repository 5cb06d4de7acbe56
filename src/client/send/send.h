/* SPDX-License-Identifier: ISC */
/*
 * send: a message, a file or standard input to the server, the echo to
 * standard output, every byte compared.
 */
#ifndef ECHOC_SEND_H
#define ECHOC_SEND_H

struct failure;
struct options;
struct destination;
struct target;
struct terminal;

/* Returns -1 with the failure. */
int send_run(struct target *, const struct options *, struct destination *,
    const struct terminal *, struct failure *);

#endif
