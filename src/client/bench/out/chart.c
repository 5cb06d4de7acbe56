/* SPDX-License-Identifier: ISC */
#include "client/bench/out/chart.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "client/core/histogram.h"
#include "common/humanize.h"

enum { WIDTH_MIN = 40, BAR_MIN = 4 };

/* Room for the label of a row: two times, and " - " between them. */
enum { CHART_EDGE = 2 * HUMANIZE_TEXT + 4 };

/* With edges closer than this, two labels of three digits would be equal. */
#define RATIO_MIN 1.02

struct chart {
	unsigned rows;
	bool tail;		 /* the last row is wider than the others */
	size_t last[CHART_ROWS]; /* the last counter of each row */
	uint64_t count[CHART_ROWS];
	char edge[CHART_ROWS][CHART_EDGE];
};

static unsigned
wider(unsigned a, size_t b)
{
	return a > b ? a : (unsigned)b;
}

/* Rows of small values may share a counter of the histogram: skip those. */
static void
add_row(struct chart *chart, size_t last)
{
	if (chart->rows == 0 || chart->last[chart->rows - 1] < last)
		chart->last[chart->rows++] = last;
}

static void
divide(struct chart *chart, const struct histogram *h)
{
	int64_t knee = histogram_percentile(h, 999 * PERCENT / 10);
	double low = h->min > 0 ? (double)h->min : 1;
	double span, step, max = (double)h->max;
	unsigned rows = CHART_ROWS - 1;

	if (max < (double)knee * RATIO_MIN)
		knee = h->max;
	span = (double)knee > low ? (double)knee / low : 1;
	while (rows > 1 && pow(span, 1.0 / rows) < RATIO_MIN)
		rows--;
	step = fmax(pow(span, 1.0 / rows), RATIO_MIN);
	chart->tail = max > (double)knee * step;
	for (unsigned i = 1; i < rows; i++) {
		double edge = low * pow(span, (double)i / rows);

		add_row(chart, histogram_index((int64_t)edge));
	}
	add_row(chart, histogram_index(knee));
	add_row(chart, histogram_index(h->max));
}

/* The label of the wider last row: "2.30 - 6.44 ms", "950 us - 1.20 s". */
static void
name_range(char *buf, size_t size, int64_t low, int64_t high)
{
	struct humanized from = humanize_time(low), to = humanize_time(high);
	char *unit = strchr(from.text, ' ');

	if (strcmp(unit, strchr(to.text, ' ')) == 0)
		*unit = '\0';
	snprintf(buf, size, "%s - %s", from.text, to.text);
}

static void
count_rows(struct chart *chart, const struct histogram *h)
{
	size_t next = 0;

	for (unsigned i = 0; i < chart->rows; i++) {
		int64_t edge = h->max;

		for (; next < HISTOGRAM_COUNTERS && next <= chart->last[i];
		     next++)
			chart->count[i] += h->counter[next];
		if (i + 1 < chart->rows)
			edge = histogram_high(chart->last[i]);
		snprintf(chart->edge[i], CHART_EDGE, "%s",
		    humanize_time(edge).text);
	}
	if (chart->tail && chart->rows > 1) {
		unsigned last = chart->rows - 1;

		name_range(chart->edge[last], sizeof(chart->edge[last]),
		    histogram_high(chart->last[last - 1]), h->max);
	}
	/* Values over the range lie in the last row, which ends at the largest. */
	chart->count[chart->rows - 1] += h->over;
}

static void
print_bar(FILE *file, double part, unsigned columns, bool utf8)
{
	unsigned fine = utf8 ? 8 : 1;
	unsigned length = (unsigned)lround(part * columns * fine);
	unsigned used = 0;

	/* However few there are, the bar is visible. */
	if (part > 0 && length == 0)
		length = 1;
	for (; length > 0; used++) {
		unsigned cell = length < fine ? length : fine;

		if (utf8)
			fprintf(file, "\xe2\x96%c", (int)(0x90 - cell));
		else
			fputc('#', file);
		length -= cell;
	}
	fprintf(file, "%*s", (int)(columns - used), "");
}

static void
print_rows(FILE *file, const struct chart *chart, uint64_t total,
    unsigned width, bool utf8)
{
	unsigned edges = 0, counts, others, columns;
	uint64_t most = 1;

	for (unsigned i = 0; i < chart->rows; i++) {
		edges = wider(edges, strlen(chart->edge[i]));
		if (chart->count[i] > most)
			most = chart->count[i];
	}
	counts = (unsigned)snprintf(NULL, 0, "%" PRIu64, most);
	others = edges + counts + (unsigned)strlen("      100.00%");
	columns = width > others + BAR_MIN ? width - others : BAR_MIN;
	for (unsigned i = 0; i < chart->rows; i++) {
		uint64_t n = chart->count[i];

		fprintf(file, "%*s  ", (int)edges, chart->edge[i]);
		print_bar(file, (double)n / (double)most, columns, utf8);
		fprintf(file, "  %*" PRIu64 "  %7s\n", (int)counts, n,
		    humanize_share((double)n, (double)total).text);
	}
}

void
chart_print(FILE *file, const struct histogram *h, unsigned width, bool utf8)
{
	struct chart chart = { 0 };

	if (h->count == 0)
		return;
	divide(&chart, h);
	count_rows(&chart, h);
	print_rows(file, &chart, h->count, wider(width, WIDTH_MIN), utf8);
}
