/* SPDX-License-Identifier: ISC */
/*
 * document: JSON, by jansson.  Names carry their unit, times are microseconds
 * with three decimals, and what does not exist is null.
 */
#ifndef ECHOC_DOCUMENT_H
#define ECHOC_DOCUMENT_H

#include <jansson.h>
#include <stdint.h>

struct addr;
struct destination;
struct failure;
struct options;

/* Add a member; the object takes the value. */
void document_set(json_t *, const char *name, json_t *value);

/* The version of the members; it grows when a name changes. */
enum { DOCUMENT_SCHEMA = 1 };

/* Set opt->started to now, for all documents of the run. */
void document_begin(struct options *);

/* The members with which every document begins; port 0: not known. */
json_t *document_new(const struct options *, const char *host, uint16_t port);

/* Add the addresses and the time of the handshake; null if `peer` is NULL. */
void document_connection(json_t *, const struct addr *peer,
    const struct addr *local, int64_t connect_ns);

/* Add the exit status and the error, null when there is none. */
void document_outcome(json_t *, const struct failure *);

/* Nanoseconds as microseconds; null for a negative value. */
json_t *document_us(int64_t ns);

/* The present date and time in UTC, by RFC 3339. */
json_t *document_now(void);

/* A number with so many decimals; null for one that is not finite. */
json_t *document_real(double, int decimals);

/* A share or percentage with all its digits; null if it is not finite. */
json_t *document_ratio(double);

/* An integer; null for a negative value. */
json_t *document_count(int64_t);

/* A string from outside; in one that is not UTF-8, bytes above 127 become '?'. */
json_t *document_text(const char *);

enum document_form {
	DOCUMENT_LINE,	  /* on one line, for a stream of objects */
	DOCUMENT_MEMBERS, /* a line for each member */
};

/* Write a document with its newline and free it; -1 with OUTCOME_USAGE. */
int document_write(json_t *, const struct destination *, enum document_form,
    struct failure *);

#endif
