/* SPDX-License-Identifier: ISC */
/*
 * threshold: a condition of --fail-if, as 'p99>5ms', under which a run fails.
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
	METRIC_ERRORS,	    /* the number of errors and time-outs */
	METRIC_ERROR_RATE,  /* percent of what was sent */
	METRIC_RATE,	    /* messages a second */
	METRIC_DISCONNECTS, /* the number of connections lost */
};

enum threshold_relation { ABOVE, AT_LEAST, BELOW, AT_MOST };

struct threshold {
	const char *text; /* as the user wrote it; not copied */
	enum threshold_metric metric;
	uint32_t percentile; /* in units of 1/PERCENT percent */
	enum threshold_relation relation;
	double limit;	 /* ns, count, percent or messages a second */
	bool of_request; /* METRIC_RATE: limit is percent of --rate */
};

/*
 * Parse METRIC RELATION LIMIT, with or without blanks between them:
 *   pNN, connect.pNN, min, mean, max   a duration with its unit ("5ms")
 *   errors, disconnects                a count ("0", "1k")
 *   error_rate                         percent ("0.1%", "0.1")
 *   rate                               messages a second ("90k"), or percent
 *                                      of the rate asked for ("90%")
 * The relations are > >= < <=.  Returns -1 with the reason.
 */
int threshold_read(struct threshold *, const char *text, struct errbuf *);

/*
 * Whether the run fails; so it does without a figure (NaN).  Unit: the limit.
 */
bool threshold_broken(const struct threshold *, double figure);

/*
 * Minimum, mean, maximum or percentile in nanoseconds; NaN without values, or
 * where fewer than `above` lie above.
 */
double threshold_of_times(const struct threshold *, const struct histogram *,
    unsigned above);

/* The size of a buffer that threshold_text() can fill. */
enum { THRESHOLD_TEXT = 200 };

/* "p99 = 4.04 ms > 1 ms", or "p99>1ms cannot be told: too few samples". */
char *threshold_text(const struct threshold *, double figure, char *, size_t);

/* The same in percent, "0.1%" or "0.1".  Returns -1 with the reason. */
int threshold_share(const char *text, int max_percent, int64_t *share,
    struct errbuf *err);

/* The size of a buffer for "p99.99999". */
enum { THRESHOLD_NAME = 16 };

/* The name of a percentile in units of 1/PERCENT percent: "p99.9". */
const char *threshold_name(uint32_t percentile, char *text, size_t size);

/* The same for "50" or "99.99", above 0 and up to 100. */
int threshold_percentile(const char *text, uint32_t *percentile,
    struct errbuf *);

#endif
