/* SPDX-License-Identifier: ISC */
/*
 * document: JSON, by jansson.  Names carry their unit, times are microseconds
 * with three decimals, what does not exist is null.  Memory that is not there
 * ends in a missing member at worst, and in an error when it is written.
 */
#ifndef ECHOC_DOCUMENT_H
#define ECHOC_DOCUMENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct addr;
struct destination;
struct failure;
struct options;

/* The version of what the documents contain; it grows when a name changes. */
enum { DOCUMENT_SCHEMA = 1 };

/* Note when the run began, for all of its documents. */
void document_begin(struct options *);

/*
 * What every document begins with: schema, tool, version, mode, command, when it
 * began, and the target as far as it is known: a port of 0 is not.
 */
json_t *document_new(const struct options *, const char *host, uint16_t port);

/*
 * Add the addresses of a connection and how long the handshake took; null for
 * all of them with a `peer` of NULL, when there was no connection.
 */
void document_connection(json_t *, const struct addr *peer,
    const struct addr *local, int64_t connect_ns);

/* The exit status and the error, null when there is none. */
void document_outcome(json_t *, const struct failure *);

/* Nanoseconds as microseconds; null for a negative value. */
json_t *document_us(int64_t ns);

/* The date and time of now, by RFC 3339, in UTC. */
json_t *document_now(void);

/* A number with that many decimals; null for one that is not finite. */
json_t *document_real(double, int decimals);

/*
 * A part of a whole, or percents of it, with all digits that there are: 0 and
 * all of it only when that is exact.
 */
json_t *document_ratio(double);

/* An integer; null for a negative value. */
json_t *document_count(int64_t);

/* A string from outside; what is not UTF-8 becomes '?'. */
json_t *document_text(const char *);

enum document_form {
	DOCUMENT_LINE,	  /* on one line, for a stream of objects */
	DOCUMENT_MEMBERS, /* a line for each member */
};

/*
 * Write it and a newline to the data, and let go of it.  Returns -1 with
 * OUTCOME_USAGE.
 */
int document_write(json_t *, const struct destination *, enum document_form,
    struct failure *);

#endif
