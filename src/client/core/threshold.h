/* SPDX-License-Identifier: ISC */
/*
 * threshold: the conditions under which a run counts as failed,
 * --fail-if 'p99>5ms'.  Knows how to read and to judge one; where the figures
 * come from is the caller's.
 */
#ifndef ECHOC_THRESHOLD_H
#define ECHOC_THRESHOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct errbuf;
struct histogram;

enum threshold_metric {
	METRIC_PERCENTILE, /* of the response time, ns */
	METRIC_MIN,
	METRIC_MEAN,
	METRIC_MAX,
	METRIC_CONNECT_PERCENTILE,
	METRIC_ERRORS,	    /* a count, of errors and time-outs */
	METRIC_ERROR_RATE,  /* percent of what was sent */
	METRIC_RATE,	    /* messages a second */
	METRIC_DISCONNECTS, /* a count, of connections */
};

enum threshold_relation { ABOVE, AT_LEAST, BELOW, AT_MOST };

struct threshold {
	const char *text; /* as it was written; the caller's */
	enum threshold_metric metric;
	uint32_t percentile; /* in units of 1/PERCENT percent */
	enum threshold_relation relation;
	double limit;	 /* ns, count, percent or messages a second */
	bool of_request; /* METRIC_RATE: limit is percent of --rate */
};

/*
 * Read METRIC RELATION LIMIT, with or without blanks around them:
 *   pNN, connect.pNN, min, mean, max   a duration with its unit ("5ms")
 *   errors, disconnects                a count ("0", "1k")
 *   error_rate                         percent ("0.1%", "0.1")
 *   rate                               messages a second ("90k"), or percent
 *                                      of the rate asked for ("90%")
 * The relations are > >= < <=.  Returns -1 with the reason in err.
 */
int threshold_read(struct threshold *, const char *text, struct errbuf *);

/*
 * Whether the figure breaks the limit, that is, whether the run failed.  The
 * figure is in the unit of the limit; NaN, none could be had, breaks any.
 */
bool threshold_broken(const struct threshold *, double figure);

/*
 * The figure that it asks for of such times: a percentile with `above` values
 * above it, the least, the mean or the most, in ns; NaN where there are too
 * few.
 */
double threshold_of_times(const struct threshold *, const struct histogram *,
    unsigned above);

/* Room for what that writes. */
enum { THRESHOLD_TEXT = 200 };

/*
 * What was measured and what the limit is: "p99 = 4.04 ms > 1 ms", or that it
 * "p99>1ms cannot be told: too few samples".
 */
char *threshold_text(const struct threshold *, double figure, char *, size_t);

/*
 * Read "0.1%" or "0.1", at most five decimals, into units of 1/PERCENT
 * percent.  Returns -1 with the reason in err.
 */
int threshold_share(const char *text, int max_percent, int64_t *share,
    struct errbuf *err);

/* Room for "p99.99999". */
enum { THRESHOLD_NAME = 16 };

/* The name of a percentile in units of 1/PERCENT percent: "p99.9". */
const char *threshold_name(uint32_t percentile, char *text, size_t size);

/*
 * Read "50" or "99.99", at most five decimals, above 0 and up to 100.
 * In units of 1/PERCENT percent.  Returns -1 with the reason in err.
 */
int threshold_percentile(const char *text, uint32_t *percentile,
    struct errbuf *);

#endif
