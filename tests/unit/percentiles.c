/* SPDX-License-Identifier: ISC */
/* percentiles: a table that plotters can read, and that is right. */
#include "check.h"

#include <inttypes.h>
#include <math.h>

#include "client/bench/out/percentiles.h"
#include "client/core/histogram.h"

#define HEADER "       Value     Percentile TotalCount 1/(1-Percentile)\n\n"

static struct histogram *new (void)
{
	struct histogram *h = calloc(1, sizeof(*h));

	assert_non_null(h);
	return h;
}

/* The text; the caller frees it. */
static char *
print(const struct histogram *h, const char *title)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	percentiles_print(file, h, title);
	assert_int_equal(fclose(file), 0);
	return text;
}

static void
empty(void **state)
{
	struct histogram *h = new ();
	char *text = print(h, "nothing");

	(void)state;
	assert_string_equal(text,
	    "# nothing\n" HEADER
	    "#[Mean    =        0.000, StdDeviation   =        0.000]\n"
	    "#[Max     =        0.000, Total count    =            0]\n"
	    "#[Buckets =           37, SubBuckets     =         2048]\n");
	free(text);
	free(h);
}

static const char two_values[] =
    "# us, two\n" HEADER
    "       1.500 0.000000000000          3           1.00\n"
    "       1.500 0.100000000000          3           1.11\n"
    "       1.500 0.200000000000          3           1.25\n"
    "       1.500 0.300000000000          3           1.43\n"
    "       1.500 0.400000000000          3           1.67\n"
    "       1.500 0.500000000000          3           2.00\n"
    "       1.500 0.550000000000          3           2.22\n"
    "       1.500 0.600000000000          3           2.50\n"
    "       1.500 0.650000000000          3           2.86\n"
    "       1.500 0.700000000000          3           3.33\n"
    "       1.500 0.750000000000          3           4.00\n"
    "       2.000 0.775000000000          4           4.44\n"
    "       2.000 1.000000000000          4            inf\n"
    "#[Mean    =        1.625, StdDeviation   =        0.217]\n"
    "#[Max     =        2.000, Total count    =            4]\n"
    "#[Buckets =           37, SubBuckets     =         2048]\n";

static void
print_two_values(void)
{
	struct histogram *h = new ();
	char *text;

	for (int i = 0; i < 3; i++)
		histogram_record(h, 1500);
	histogram_record(h, 2000);
	text = print(h, "us, two");
	assert_string_equal(text, two_values);
	free(text);
	free(h);
}

static void
looks(void **state)
{
	(void)state;
	print_two_values();
}

struct row {
	double value, percentile;
	uint64_t total;
	double inverse;
};

/* Read the rows of a table, and that there is nothing else in it. */
static size_t
read_rows(char *text, struct row *rows, size_t max)
{
	size_t n = 0, comments = 0;
	char *line;

	while ((line = strsep(&text, "\n")) != NULL) {
		if (line[0] == '#') {
			comments++;
			continue;
		}
		if (line[0] == '\0' || strstr(line, "Value") != NULL)
			continue;
		assert_true(n < max);
		CHECK(sscanf(line, "%lf %lf %" SCNu64 " %lf", &rows[n].value,
			  &rows[n].percentile, &rows[n].total,
			  &rows[n].inverse) == 4,
		    "%s", line);
		n++;
	}
	assert_int_equal(comments, 4);
	return n;
}

/* How many of all values are up to this one, by the counters. */
static uint64_t
count_up_to(const struct histogram *h, int64_t ns)
{
	uint64_t n = 0;

	if (ns >= h->max)
		return h->count;
	for (size_t i = 0; i <= histogram_index(ns) && i < HISTOGRAM_COUNTERS;
	     i++)
		n += h->counter[i];
	return n;
}

static void
check_table(const struct histogram *h, const char *what)
{
	static struct row rows[400];
	char *text = print(h, what);
	size_t n = read_rows(text, rows, COUNT(rows));
	double count = (double)h->count;

	free(text);
	assert_true(n >= 2);
	for (size_t i = 0; i < n; i++) {
		const struct row *r = &rows[i];
		int64_t ns = (int64_t)round(r->value * 1000);

		CHECK(r->total == count_up_to(h, ns), "%s, row %zu", what, i);
		/* Enough, but for what the last digit hides. */
		CHECK((double)r->total >= count * (r->percentile - 1e-12),
		    "%s, row %zu", what, i);
		CHECK(i == 0 || r->percentile > rows[i - 1].percentile,
		    "%s, row %zu", what, i);
		CHECK(i == 0 || r->value >= rows[i - 1].value, "%s, row %zu",
		    what, i);
		if (i < n - 1)
			CHECK(fabs(r->inverse * (1 - r->percentile) - 1) < 0.01,
			    "%s, row %zu", what, i);
	}
	assert_true(rows[0].percentile == 0);
	assert_true(rows[n - 1].percentile == 1);
	assert_true(isinf(rows[n - 1].inverse));
	assert_int_equal(rows[n - 1].total, h->count);
	CHECK(llround(rows[n - 1].value * 1000) == h->max, "%s", what);
	/* The steps end where nothing is left. */
	CHECK(n == 2 || rows[n - 3].total < h->count, "%s", what);
}

static void
any_histogram(void **state)
{
	static const double tops[] = { 1.001, 1.1, 10, 1e6, 1e10 };

	(void)state;
	for (uint32_t seed = 1; seed <= 200; seed++) {
		double top = tops[seed % COUNT(tops)];
		struct histogram *h = new ();
		uint32_t random = seed * 7919;
		unsigned n = 1 + check_random(&random) % 20000;
		char what[32];

		snprintf(what, sizeof(what), "seed %" PRIu32, seed);
		if (seed % 10 == 0)
			n = 1 + seed / 20;
		for (unsigned i = 0; i < n; i++)
			histogram_record(h,
			    (int64_t)(100 *
				pow(top,
				    check_random(&random) / 4294967296.0)));
		check_table(h, what);
		free(h);
	}
}

static void
one_value(void **state)
{
	static const int64_t values[] = { 0, 1, 2048, 123456789,
		INT64_C(1) << 36, INT64_C(100000000000), INT64_C(1) << 47 };

	(void)state;
	for (size_t i = 0; i < COUNT(values); i++) {
		struct histogram *h = new ();

		histogram_record(h, values[i]);
		check_table(h, "one value");
		histogram_record(h, values[i]);
		check_table(h, "twice");
		free(h);
	}
}

/* Five steps for each halving, as far as there are values for them. */
static void
five_steps_a_halving(void **state)
{
	static struct row rows[400];
	struct histogram *h = new ();
	size_t n;
	char *text;

	(void)state;
	for (int i = 0; i < 1 << 20; i++)
		histogram_record(h, (int64_t)(1000 * pow(1e6, i / 1048576.0)));
	text = print(h, "steps");
	n = read_rows(text, rows, COUNT(rows));
	free(text);
	assert_true(n > 50);
	for (size_t i = 0; i + 1 < n; i++) {
		double left = (1 - (double)(i % 5) / 10) /
		    pow(2, (double)(i / 5));

		CHECK(fabs(rows[i].percentile - (1 - left)) < 1e-11, "%zu", i);
	}
	free(h);
}

int
main(void)
{
	const struct CMUnitTest percentiles[] = {
		cmocka_unit_test(empty),
		cmocka_unit_test(looks),
		cmocka_unit_test(any_histogram),
		cmocka_unit_test(one_value),
		cmocka_unit_test(five_steps_a_halving),
	};

	return cmocka_run_group_tests(percentiles, NULL, NULL);
}
