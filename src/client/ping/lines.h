/* SPDX-License-Identifier: ISC */
/*
 * lines: what ping writes, as text, JSON or CSV.
 *
 * JSON has one object a line, each a document of its own, because a run may
 * have no end, and a reader cannot wait for the end of an array.
 */
#ifndef ECHOC_LINES_H
#define ECHOC_LINES_H

#include <stdbool.h>
#include <stdint.h>

struct addr;
struct answer;
struct destination;
struct dialled;
struct ending;
struct failure;
struct options;
struct stats;
struct target;
struct terminal;

struct lines {
	const struct options *opt;
	const struct target *target;
	const struct terminal *terminal;
	struct destination *destination;
	const struct addr *peer;
	struct failure *failure; /* set once something cannot be written */
	bool broken;		 /* it was set */
	bool has_header;	 /* the header of CSV was written */
	bool has_start;		 /* the first object of JSON was written */
	bool cut; /* no more JSON: the last object could not be written */
};

/* Write the header; fd -1: there is no connection yet, for the reason `why`. */
void lines_start(struct lines *, const struct dialled *,
    const struct failure *why);

/* A probe was sent: -f draws a dot. */
void lines_sent(struct lines *);

/* Write what has become of a probe.  `info` is what the kernel says, or "". */
void lines_answer(struct lines *, const struct answer *, const char *info);

/* A connection was lost; call this before its probes are answered. */
void lines_disconnect(struct lines *, const struct ending *);

/* A connection was made after the header; `again`: it is not the first. */
void lines_connect(struct lines *, const struct dialled *, bool again);

/* A probe is due while probe `seq` has no answer yet. */
void lines_outstanding(struct lines *, uint64_t seq);

/* Write the counts so far to standard error. */
void lines_interim(const struct stats *);

/* Write the summary; `outcome` is how the run ended. */
void lines_summary(struct lines *, const struct stats *,
    const struct failure *outcome);

#endif
