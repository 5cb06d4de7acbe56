/* SPDX-License-Identifier: ISC */
#include "client/core/threshold.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "client/core/histogram.h"
#include "common/humanize.h"
#include "common/errbuf.h"
#include "common/units.h"

#define BLANKS " \t"

static const int64_t day_ns = INT64_C(86400000000000);
/* Every count up to this is exact as a double. */
static const int64_t largest_count = INT64_C(1000000000000);

static const struct {
	const char *name;
	enum threshold_metric metric;
} metrics[] = {
	{ "min", METRIC_MIN },
	{ "mean", METRIC_MEAN },
	{ "max", METRIC_MAX },
	{ "errors", METRIC_ERRORS },
	{ "error_rate", METRIC_ERROR_RATE },
	{ "rate", METRIC_RATE },
	{ "disconnects", METRIC_DISCONNECTS },
};

/* ">=" before ">", which is its beginning. */
static const struct {
	const char *text;
	enum threshold_relation relation;
} relations[] = {
	{ ">=", AT_LEAST },
	{ "<=", AT_MOST },
	{ ">", ABOVE },
	{ "<", BELOW },
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int
read_percent(const char *text, int64_t max_percent, int64_t *value)
{
	int64_t n = 0, place = PERCENT;
	const char *c = text;

	for (; is_digit(*c); c++) {
		n = n * 10 + (*c - '0');
		if (n > max_percent)
			return -1;
	}
	n *= PERCENT;
	if (*c == '.')
		for (c++; is_digit(*c); c++) {
			place /= 10;
			if (place == 0)
				return -1;
			n += (*c - '0') * place;
		}
	/* There must be a digit, and nothing after the number. */
	if (*c != '\0' || strpbrk(text, "0123456789") == NULL ||
	    n > max_percent * PERCENT)
		return -1;
	*value = n;
	return 0;
}

int
threshold_percentile(const char *text, uint32_t *percentile, struct errbuf *err)
{
	int64_t value;

	if (read_percent(text, 100, &value) == -1 || value == 0)
		return errbuf_set(err,
		    "\"%s\" is not a percentile (above 0 and up to 100, such "
		    "as 50 or 99.99, with at most 5 decimals)",
		    text);
	*percentile = (uint32_t)value;
	return 0;
}

const char *
threshold_name(uint32_t percentile, char *text, size_t size)
{
	size_t n;

	snprintf(text, size, "p%u.%05u", percentile / PERCENT,
	    percentile % PERCENT);
	for (n = strlen(text); n > 0 && text[n - 1] == '0';)
		text[--n] = '\0';
	if (n > 0 && text[n - 1] == '.')
		text[n - 1] = '\0';
	return text;
}

static int
read_metric(struct threshold *threshold, const char *name, struct errbuf *err)
{
	static const char connect[] = "connect.";
	const char *plain = name;
	bool of_connect = strncmp(name, connect, strlen(connect)) == 0;

	if (of_connect)
		plain += strlen(connect);
	if (plain[0] == 'p' && (is_digit(plain[1]) || plain[1] == '.')) {
		threshold->metric = of_connect ? METRIC_CONNECT_PERCENTILE :
						 METRIC_PERCENTILE;
		return threshold_percentile(plain + 1, &threshold->percentile,
		    err);
	}
	for (size_t i = 0; i < sizeof(metrics) / sizeof(metrics[0]); i++)
		if (strcmp(name, metrics[i].name) == 0) {
			threshold->metric = metrics[i].metric;
			return 0;
		}
	return errbuf_set(err,
	    "\"%s\" is not one of pNN, connect.pNN, min, mean, max, errors, "
	    "error_rate, disconnects and rate",
	    name);
}

int
threshold_share(const char *text, int max_percent, int64_t *share,
    struct errbuf *err)
{
	char digits[32];
	size_t n = strlen(text);

	if (n > 0 && text[n - 1] == '%')
		n--;
	snprintf(digits, sizeof(digits), "%.*s", (int)n, text);
	if (n >= sizeof(digits) ||
	    read_percent(digits, max_percent, share) == -1)
		return errbuf_set(err,
		    "\"%s\" is not a percentage (0%% to %d%%, with at most "
		    "5 decimals)",
		    text, max_percent);
	return 0;
}

static int
read_share(struct threshold *threshold, const char *text, int max_percent,
    struct errbuf *err)
{
	int64_t share = 0;

	if (threshold_share(text, max_percent, &share, err) == -1)
		return -1;
	threshold->limit = (double)share / PERCENT;
	return 0;
}

/* "p99>5" is refused: it would be seconds, and mean milliseconds. */
static int
read_time(const char *text, int64_t *ns, struct errbuf *err)
{
	size_t n = strlen(text);

	if (n > 0 && (is_digit(text[n - 1]) || text[n - 1] == '.'))
		return errbuf_set(err,
		    "\"%s\" has no unit: is it %sms, or %ss?", text, text,
		    text);
	return units_duration(text, 0, day_ns, ns, err);
}

static int
read_limit(struct threshold *threshold, char *text, struct errbuf *err)
{
	int64_t value = 0;
	int result;

	if (threshold->metric == METRIC_ERROR_RATE)
		return read_share(threshold, text, 100, err);
	if (threshold->metric == METRIC_RATE && strchr(text, '%') != NULL) {
		threshold->of_request = true;
		return read_share(threshold, text, 1000, err);
	}
	if (threshold->metric == METRIC_RATE ||
	    threshold->metric == METRIC_ERRORS ||
	    threshold->metric == METRIC_DISCONNECTS)
		result = units_count(text, 0, largest_count, &value, err);
	else
		result = read_time(text, &value, err);
	if (result == -1)
		return -1;
	threshold->limit = (double)value;
	return 0;
}

/* Copy text without the blanks at its ends; -1 if it does not fit. */
static int
trim(char *buf, size_t size, const char *text, size_t n)
{
	while (n > 0 && strchr(BLANKS, text[0]) != NULL) {
		text++;
		n--;
	}
	while (n > 0 && strchr(BLANKS, text[n - 1]) != NULL)
		n--;
	if (n >= size)
		return -1;
	memcpy(buf, text, n);
	buf[n] = '\0';
	return 0;
}

int
threshold_read(struct threshold *threshold, const char *text,
    struct errbuf *err)
{
	const size_t n = sizeof(relations) / sizeof(relations[0]);
	struct threshold new = { .text = text };
	const char *sign = text + strcspn(text, "<>");
	char name[64], limit[64];
	size_t i = 0;

	while (i < n &&
	    strncmp(sign, relations[i].text, strlen(relations[i].text)) != 0)
		i++;
	if (i == n)
		return errbuf_set(err,
		    "\"%s\" has none of >, >=, < and <= (such as p99>5ms)",
		    text);
	new.relation = relations[i].relation;
	if (trim(name, sizeof(name), text, (size_t)(sign - text)) == -1)
		return errbuf_set(err, "\"%s\" is too long", text);
	sign += strlen(relations[i].text);
	if (trim(limit, sizeof(limit), sign, strlen(sign)) == -1)
		return errbuf_set(err, "\"%s\" is too long", text);
	if (read_metric(&new, name, err) == -1 ||
	    read_limit(&new, limit, err) == -1)
		return -1;
	*threshold = new;
	return 0;
}

bool
threshold_broken(const struct threshold *threshold, double figure)
{
	/* A figure that could not be measured is not good enough. */
	if (isnan(figure))
		return true;
	switch (threshold->relation) {
	case ABOVE:
		return figure > threshold->limit;
	case AT_LEAST:
		return figure >= threshold->limit;
	case BELOW:
		return figure < threshold->limit;
	case AT_MOST:
		return figure <= threshold->limit;
	}
	return true;
}

double
threshold_of_times(const struct threshold *t, const struct histogram *h,
    unsigned above)
{
	if (h->count == 0)
		return NAN;
	if (t->metric == METRIC_MIN)
		return (double)h->min;
	if (t->metric == METRIC_MEAN)
		return histogram_mean(h);
	if (t->metric == METRIC_MAX || t->percentile == 100 * PERCENT)
		return (double)h->max;
	return histogram_supports(h, t->percentile, above) ?
	    (double)histogram_percentile(h, t->percentile) :
	    NAN;
}

/* A time in three digits, or exact if it would look equal to the limit. */
static struct humanized
time_text(int64_t ns, int64_t limit)
{
	struct humanized time = humanize_time(ns);

	return strcmp(time.text, humanize_time(limit).text) != 0 ?
	    time :
	    humanize_duration(ns);
}

static void
figure_text(const struct threshold *t, double figure, char *buf, size_t size)
{
	switch (t->metric) {
	case METRIC_PERCENTILE:
	case METRIC_MIN:
	case METRIC_MEAN:
	case METRIC_MAX:
	case METRIC_CONNECT_PERCENTILE:
		snprintf(buf, size, "%s",
		    time_text((int64_t)figure, (int64_t)t->limit).text);
		return;
	case METRIC_ERRORS:
	case METRIC_DISCONNECTS:
		snprintf(buf, size, "%.0f", figure);
		return;
	case METRIC_ERROR_RATE:
		snprintf(buf, size, "%s", humanize_percent(figure, 100).text);
		return;
	case METRIC_RATE:
		break;
	}
	if (t->of_request)
		snprintf(buf, size, "%s of what was asked for",
		    humanize_percent(figure, 100).text);
	else
		snprintf(buf, size, "%.1f/s", figure);
}

char *
threshold_text(const struct threshold *t, double figure, char *buf, size_t size)
{
	const char *sign = t->text + strcspn(t->text, "<>");
	const char *limit = sign + strspn(sign, "<>=" BLANKS);
	char is[80], name[64];
	bool is_time = t->metric <= METRIC_CONNECT_PERCENTILE;

	if (isnan(figure)) {
		snprintf(buf, size, "%s cannot be told: too few samples",
		    t->text);
		return buf;
	}
	(void)trim(name, sizeof(name), t->text, (size_t)(sign - t->text));
	figure_text(t, figure, is, sizeof(is));
	snprintf(buf, size, "%s = %s %.*s %s%s", name, is,
	    (int)strspn(sign, "<>="), sign,
	    is_time ? humanize_duration((int64_t)t->limit).text : limit,
	    t->metric == METRIC_ERROR_RATE && strchr(limit, '%') == NULL ? "%" :
									   "");
	return buf;
}
