/* SPDX-License-Identifier: ISC */
/*
 * message: what transcript, send and wait send, and the document about it.
 */
#ifndef ECHOC_MESSAGE_H
#define ECHOC_MESSAGE_H

#include <stddef.h>

struct dialled;
struct failure;
struct options;
struct destination;
struct stream;
struct target;

/*
 * The text of -m, with the escapes of -e replaced, or the tutorial's message,
 * for the caller to free.  NULL with OUTCOME_USAGE for an escape that is not
 * valid, or with OUTCOME_LIMIT.
 */
char *message_new(const struct options *, size_t *length, struct failure *);

/* Write the document (c->fd -1: no connection).  Returns -1 if it fails. */
int message_document(const struct target *, const struct options *,
    const struct dialled *, const struct stream *, struct failure *,
    const struct destination *);

#endif
