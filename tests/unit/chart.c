/* SPDX-License-Identifier: ISC */
/* chart: a few rows contain every value, and fit the terminal. */
#include "check.h"

#include <inttypes.h>
#include <math.h>

#include "client/bench/out/chart.h"
#include "client/core/histogram.h"
#include "common/humanize.h"

/* What a chart says, read back from its text. */
struct drawn {
	unsigned rows;
	char edge[CHART_ROWS][2 * HUMANIZE_TEXT];
	unsigned bar[CHART_ROWS]; /* in eighths of a column */
	uint64_t count[CHART_ROWS];
	double share[CHART_ROWS];
	unsigned columns; /* of each line */
};

static struct histogram *new (void)
{
	struct histogram *h = calloc(1, sizeof(*h));

	assert_non_null(h);
	return h;
}

static void
record(struct histogram *h, int64_t ns, int times)
{
	while (times-- > 0)
		histogram_record(h, ns);
}

/* The text; the caller frees it. */
static char *
draw(const struct histogram *h, unsigned width, bool utf8)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	chart_print(file, h, width, utf8);
	assert_int_equal(fclose(file), 0);
	return text;
}

/* One cell of a bar at *text; 0 when there is none. */
static unsigned
eighths(const char **text, bool utf8)
{
	const unsigned char *c = (const unsigned char *)*text;

	if (!utf8 && *c == '#') {
		*text += 1;
		return 8;
	}
	if (utf8 && c[0] == 0xe2 && c[1] == 0x96 && c[2] >= 0x88 &&
	    c[2] <= 0x8f) {
		*text += 3;
		return 0x90u - c[2];
	}
	return 0;
}

static void
read_row(struct drawn *d, const char *line, bool utf8)
{
	const char *at = line + strspn(line, " "), *gap = strstr(at, "  ");
	unsigned cells = 0, part, before = 8, columns;
	char after;
	int share = 0;

	CHECK(d->rows < CHART_ROWS, "%s", line);
	CHECK(gap != NULL && gap - at < 2 * HUMANIZE_TEXT, "%s", line);
	memcpy(d->edge[d->rows], at, (size_t)(gap - at));
	at = gap + 2;
	for (; (part = eighths(&at, utf8)) > 0; cells++) {
		/* Only the last cell is in part. */
		CHECK(before == 8, "%s", line);
		before = part;
		d->bar[d->rows] += part;
	}
	CHECK(sscanf(at, "%" SCNu64 " %n", &d->count[d->rows], &share) == 1,
	    "%s", line);
	/* "<0.01%" and ">99.99%" */
	share += at[share] == '<' || at[share] == '>';
	CHECK(sscanf(at + share, "%lf%c", &d->share[d->rows], &after) == 2 &&
		after == '%',
	    "%s", line);
	columns = (unsigned)(at - line) - (utf8 ? 2 * cells : 0) +
	    (unsigned)strlen(at);
	CHECK(d->rows == 0 || columns == d->columns, "%s", line);
	d->columns = columns;
	d->rows++;
}

static struct drawn
drawn(const struct histogram *h, unsigned width, bool utf8)
{
	char *text = draw(h, width, utf8), *rest = text, *line;
	struct drawn d = { 0 };

	while ((line = strsep(&rest, "\n")) != NULL && rest != NULL)
		read_row(&d, line, utf8);
	free(text);
	return d;
}

/* What is true of every chart. */
static void
check_chart(const struct histogram *h, const char *what, unsigned width,
    bool utf8)
{
	struct drawn d = drawn(h, width, utf8);
	struct humanized max = humanize_time(h->max);
	const char *last;
	uint64_t sum = 0, most = 0;
	unsigned longest = 0;
	double shares = 0;

	CHECK(d.rows >= 1, "%s", what);
	last = strstr(d.edge[d.rows - 1], " - ");
	CHECK_TEXT(last != NULL ? last + 3 : d.edge[d.rows - 1], max.text, "%s",
	    what);
	for (unsigned i = 0; i < d.rows; i++) {
		CHECK(i == 0 || strcmp(d.edge[i], d.edge[i - 1]) != 0, "%s: %s",
		    what, d.edge[i]);
		CHECK((d.count[i] > 0) == (d.bar[i] > 0), "%s: %s", what,
		    d.edge[i]);
		sum += d.count[i];
		shares += d.share[i];
		if (d.count[i] > most)
			most = d.count[i];
		if (d.bar[i] > longest)
			longest = d.bar[i];
	}
	CHECK(sum == h->count, "%s: %" PRIu64, what, sum);
	CHECK(fabs(shares - 100) < 0.2, "%s: %f", what, shares);
	CHECK(d.count[0] > 0 && d.count[d.rows - 1] > 0, "%s", what);
	for (unsigned i = 0; i < d.rows; i++)
		CHECK(d.count[i] < most || d.bar[i] == longest, "%s: %s", what,
		    d.edge[i]);
	CHECK(d.columns == (width < 40 ? 40 : width), "%s: %u, not %u", what,
	    d.columns, width);
}

static void
nothing_for_nothing(void **state)
{
	struct histogram *h = new ();
	char *text = draw(h, 80, true);

	(void)state;
	assert_string_equal(text, "");
	free(text);
	free(h);
}

static void
looks(void **state)
{
	struct histogram *h = new ();
	char *text;

	(void)state;
	record(h, 1, 8);
	record(h, 2, 3);
	record(h, 4, 1);
	text = draw(h, 40, false);
	assert_string_equal(text,
	    "1 ns  ######################  8   66.67%\n"
	    "2 ns  ########                3   25.00%\n"
	    "3 ns                          0    0.00%\n"
	    "4 ns  ###                     1    8.33%\n");
	free(text);
	text = draw(h, 40, true);
	assert_string_equal(text,
	    "1 ns  ██████████████████████  8   66.67%\n"
	    "2 ns  ████████▎               3   25.00%\n"
	    "3 ns                          0    0.00%\n"
	    "4 ns  ██▊                     1    8.33%\n");
	free(text);
	free(h);
}

static void
one_value_is_one_row(void **state)
{
	static const int64_t values[] = { 0, 1, 999, 2047, 2049, 123456789,
		INT64_C(1) << 36, INT64_C(1) << 47, INT64_MAX };

	(void)state;
	for (size_t i = 0; i < COUNT(values); i++) {
		struct histogram *h = new ();
		struct drawn d;

		record(h, values[i], 5);
		check_chart(h, "one value", 80, true);
		d = drawn(h, 80, true);
		CHECK(d.rows == 1 && d.share[0] == 100, "%" PRId64, values[i]);
		free(h);
	}
}

/* However the values lie, and whatever the terminal. */
static void
any_histogram(void **state)
{
	static const unsigned widths[] = { 0, 1, 39, 40, 41, 80, 81, 132, 500 };
	static const double tops[] = { 1.001, 1.01, 1.1, 2, 10, 1e3, 1e6,
		1e12 };

	(void)state;
	for (uint32_t seed = 1; seed <= 100; seed++) {
		double top = tops[seed % COUNT(tops)];
		struct histogram *h = new ();
		uint32_t random = seed * 7919;
		double low = pow(10, check_random(&random) % 8);
		unsigned n = 1 + check_random(&random) % 5000;
		char what[32];

		snprintf(what, sizeof(what), "seed %" PRIu32, seed);
		for (unsigned i = 0; i < n; i++)
			histogram_record(h,
			    (int64_t)(low *
				pow(top,
				    check_random(&random) / 4294967296.0)));
		for (size_t i = 0; i < COUNT(widths); i++) {
			check_chart(h, what, widths[i], false);
			check_chart(h, what, widths[i], true);
		}
		free(h);
	}
}

/* Equal ratios: as many values for each doubling give bars of equal length. */
static void
rows_have_equal_ratios(void **state)
{
	struct histogram *h = new ();
	struct drawn d;

	(void)state;
	for (int i = 0; i < 100000; i++)
		histogram_record(h, (int64_t)(1e4 * pow(1e3, i / 1e5)));
	d = drawn(h, 80, true);
	assert_int_equal(d.rows, CHART_ROWS - 1);
	for (unsigned i = 0; i < d.rows; i++)
		CHECK(fabs(d.share[i] - 100.0 / d.rows) < 0.3, "%s: %f",
		    d.edge[i], d.share[i]);
	free(h);
}

static void
outliers_are_in_the_last_row(void **state)
{
	struct histogram *h = new ();
	struct drawn d;

	(void)state;
	for (int i = 0; i < 10000; i++)
		histogram_record(h, 200000 + i * 100);
	record(h, INT64_C(5000000000), 2);
	record(h, INT64_C(90000000000), 1);
	check_chart(h, "outliers", 80, true);
	d = drawn(h, 80, true);
	assert_int_equal(d.rows, CHART_ROWS);
	assert_string_equal(d.edge[0], "220 us");
	assert_string_equal(d.edge[CHART_ROWS - 2], "1.20 ms");
	assert_string_equal(d.edge[CHART_ROWS - 1], "1.20 ms - 90.0 s");
	assert_in_range(d.count[CHART_ROWS - 1], 3, 14);
	free(h);
}

static void
gaps_are_visible(void **state)
{
	struct histogram *h = new ();
	struct drawn d;
	unsigned empty = 0;

	(void)state;
	record(h, 100000, 500);
	record(h, 40000000, 500);
	check_chart(h, "two modes", 80, true);
	d = drawn(h, 80, true);
	assert_int_equal(d.rows, CHART_ROWS - 1);
	for (unsigned i = 0; i < d.rows; i++)
		empty += d.count[i] == 0;
	assert_int_equal(empty, CHART_ROWS - 3);
	free(h);
}

/* A last row like the others is named like them. */
static void
wide_rows_say_so(void **state)
{
	struct histogram *h = new ();
	struct drawn d;

	(void)state;
	for (int i = 0; i < 100000; i++)
		histogram_record(h, (int64_t)(1e5 * pow(20, i / 1e5)));
	d = drawn(h, 80, true);
	CHECK(strchr(d.edge[d.rows - 1], '-') == NULL, "%s",
	    d.edge[d.rows - 1]);
	record(h, 6440000, 1);
	d = drawn(h, 80, true);
	assert_string_equal(d.edge[d.rows - 1], "1.99 - 6.44 ms");
	free(h);
}

/* One of a million is still to be seen. */
static void
few_are_seen(void **state)
{
	struct histogram *h = new ();
	struct drawn d;
	char *text;

	(void)state;
	record(h, 1000, 1000000);
	record(h, 2000, 1);
	d = drawn(h, 80, true);
	assert_int_equal(d.rows, 2);
	assert_string_equal(d.edge[1], "1.00 - 2.00 us");
	assert_int_equal(d.bar[1], 1);
	d = drawn(h, 80, false);
	assert_int_equal(d.bar[1], 8);
	text = draw(h, 80, false);
	assert_non_null(strstr(text, "  >99.99%\n"));
	assert_non_null(strstr(text, "   <0.01%\n"));
	free(text);
	free(h);
}

int
main(void)
{
	const struct CMUnitTest chart[] = {
		cmocka_unit_test(nothing_for_nothing),
		cmocka_unit_test(looks),
		cmocka_unit_test(one_value_is_one_row),
		cmocka_unit_test(any_histogram),
		cmocka_unit_test(rows_have_equal_ratios),
		cmocka_unit_test(outliers_are_in_the_last_row),
		cmocka_unit_test(gaps_are_visible),
		cmocka_unit_test(wide_rows_say_so),
		cmocka_unit_test(few_are_seen),
	};

	return cmocka_run_group_tests(chart, NULL, NULL);
}
