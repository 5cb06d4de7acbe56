/* SPDX-License-Identifier: ISC */
/*
 * journal: what ping writes: a header, a line for each probe, a summary; as
 * text, as one JSON object a line, or as CSV.
 */
#ifndef ECHOC_JOURNAL_H
#define ECHOC_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

struct account;
struct addr;
struct answer;
struct connection;
struct ending;
struct failure;
struct options;
struct product;
struct target;
struct terminal;

struct journal {
	const struct options *opt;
	const struct target *target;
	const struct terminal *terminal;
	struct product *product;
	const struct addr *peer;
	struct failure *failure; /* what could not be written */
	bool has_header;	 /* of CSV */
	bool has_start;		 /* of JSON */
	bool broken;		 /* so it was noted there */
	bool cut; /* the records end, as the last could not be written */
};

/*
 * The header.  With a descriptor of -1 in the connection there is none yet,
 * for the reason `why`.
 */
void journal_start(struct journal *, const struct connection *,
    const struct failure *why);

/* One probe has gone; only a flood draws that. */
void journal_sent(struct journal *);

/*
 * What has become of a probe.  `info` is what the kernel knows of the
 * connection, for -v, or "".
 */
void journal_answer(struct journal *, const struct answer *, const char *info);

/* A connection has come to its end; call this before its probes are lost. */
void journal_disconnect(struct journal *, const struct ending *);

/* A connection was made after the header; `again`: it is not the first. */
void journal_connect(struct journal *, const struct connection *, bool again);

/* A probe is due and this one has no answer yet. */
void journal_outstanding(struct journal *, uint64_t seq);

/* The account so far, on stderr. */
void journal_interim(struct journal *, const struct account *);

/* The last lines; `outcome` is how the run ended. */
void journal_summary(struct journal *, const struct account *,
    const struct failure *outcome);

#endif
