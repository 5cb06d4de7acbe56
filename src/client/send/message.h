/* SPDX-License-Identifier: ISC */
/*
 * message: the text that transcript, send and wait have to send, and what
 * they tell programs about its way.
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
 * -m, without escapes if -e was given, or the tutorial's message.  The caller
 * frees it.  NULL with OUTCOME_USAGE when an escape is none.
 */
char *message_new(const struct options *, size_t *length, struct failure *);

/*
 * Write the document: how much went and came, how long it took, how it
 * ended.  c->fd is -1 when there was no connection.  Returns -1 with the
 * reason when it cannot be written.
 */
int message_document(const struct target *, const struct options *,
    const struct dialled *, const struct stream *, struct failure *,
    const struct destination *);

#endif
