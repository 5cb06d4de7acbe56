/* SPDX-License-Identifier: ISC */
/*
 * lines: what ping writes: a header, a line for each probe, a summary; as
 * text, as one JSON object a line, or as CSV.
 */
#ifndef ECHOC_LINES_H
#define ECHOC_LINES_H

#include <stdbool.h>
#include <stdint.h>

struct stats;
struct addr;
struct answer;
struct dialled;
struct ending;
struct failure;
struct options;
struct destination;
struct target;
struct terminal;

struct lines {
	const struct options *opt;
	const struct target *target;
	const struct terminal *terminal;
	struct destination *product;
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
void lines_start(struct lines *, const struct dialled *,
    const struct failure *why);

/* One probe has gone; only a flood draws that. */
void lines_sent(struct lines *);

/*
 * What has become of a probe.  `info` is what the kernel knows of the
 * connection, for -v, or "".
 */
void lines_answer(struct lines *, const struct answer *, const char *info);

/* A connection has come to its end; call this before its probes are lost. */
void lines_disconnect(struct lines *, const struct ending *);

/* A connection was made after the header; `again`: it is not the first. */
void lines_connect(struct lines *, const struct dialled *, bool again);

/* A probe is due and this one has no answer yet. */
void lines_outstanding(struct lines *, uint64_t seq);

/* The account so far, on stderr. */
void lines_interim(struct lines *, const struct stats *);

/* The last lines; `outcome` is how the run ended. */
void lines_summary(struct lines *, const struct stats *,
    const struct failure *outcome);

#endif
