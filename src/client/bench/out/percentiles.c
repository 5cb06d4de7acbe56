/* SPDX-License-Identifier: ISC */
#include "client/bench/out/percentiles.h"

#include <inttypes.h>
#include <math.h>

#include "client/core/histogram.h"

/* Steps for each halving of what is left; tenths, as a half is five of them. */
enum { TENTHS = 10, STEPS = 5 };

/* Where the walk through the counters stands. */
struct walk {
	const struct histogram *histogram;
	size_t next;   /* the counter after those that are in seen */
	uint64_t seen; /* how many values they have */
	int64_t value; /* the upper edge of the last of them in use */
};

static double
us(double ns)
{
	return ns / 1000;
}

static void
walk_to(struct walk *walk, uint64_t rank)
{
	const struct histogram *h = walk->histogram;

	while (walk->seen < rank && walk->next < HISTOGRAM_COUNTERS) {
		walk->seen += h->counter[walk->next];
		walk->value = histogram_high(walk->next);
		walk->next++;
	}
	if (walk->seen < rank)
		walk->seen = h->count;
	if (walk->seen == h->count)
		walk->value = h->max;
}

static void
print_row(FILE *file, const struct walk *walk, double left)
{
	fprintf(file, "%12.3f %14.12f %10" PRIu64 " %14.2f\n",
	    us((double)walk->value), 1 - left, walk->seen,
	    left > 0 ? 1 / left : (double)INFINITY);
}

/*
 * Each level leaves tenths / 10 / 2^halvings of all values above it.  The
 * ranks are whole numbers, so the last level is the one that leaves none.
 */
static void
print_rows(FILE *file, const struct histogram *h)
{
	struct walk walk = { .histogram = h };
	int halvings = 0;
	unsigned step = 0;

	if (h->count == 0)
		return;
	while (walk.seen < h->count) {
		uint64_t tenths = TENTHS - step;
		uint64_t above = h->count / TENTHS * tenths +
		    h->count % TENTHS * tenths / TENTHS;
		uint64_t rank = h->count - (above >> halvings);

		walk_to(&walk, rank > 0 ? rank : 1);
		print_row(file, &walk,
		    ldexp((double)tenths / TENTHS, -halvings));
		step = (step + 1) % STEPS;
		halvings += step == 0;
	}
	print_row(file, &walk, 0);
}

void
percentiles_print(FILE *file, const struct histogram *h, const char *title)
{
	/* Readers of this form know no decimal comma. */
	fprintf(file, "# %s\n", title);
	fprintf(file, "%12s %14s %10s %14s\n\n", "Value", "Percentile",
	    "TotalCount", "1/(1-Percentile)");
	print_rows(file, h);
	fprintf(file, "#[Mean    = %12.3f, StdDeviation   = %12.3f]\n",
	    us(histogram_mean(h)), us(histogram_deviation(h)));
	fprintf(file, "#[Max     = %12.3f, Total count    = %12" PRIu64 "]\n",
	    us((double)h->max), h->count);
	fprintf(file, "#[Buckets = %12d, SubBuckets     = %12d]\n",
	    HISTOGRAM_COUNTERS / HISTOGRAM_HALF - 1, 2 * HISTOGRAM_HALF);
}
