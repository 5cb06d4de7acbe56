/* SPDX-License-Identifier: ISC */
#include "client/bench/out/percentiles.h"

#include <inttypes.h>
#include <math.h>

#include "client/core/histogram.h"

/* Steps for each halving of the distance to 1; a half is five tenths. */
enum { TENTHS = 10, STEPS = 5 };

/* A position in the counters of a histogram. */
struct walk {
	const struct histogram *histogram;
	size_t next;   /* the first counter that is not in `seen` */
	uint64_t seen; /* values in the counters before it */
	int64_t value; /* the upper edge of the counter before it */
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

/* Above each row lie tenths / 10 / 2^halvings of all values, rounded. */
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
	/* Programs that read this know no decimal comma. */
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
