/* SPDX-License-Identifier: ISC */
/*
 * units: numbers with units, the sizes of messages and the thresholds of a load:
 * what is accepted is within its bounds, and reads as the same when it is
 * written again.
 */
#include "fuzz.h"

#include <inttypes.h>

#include "client/core/sizes.h"
#include "client/core/threshold.h"
#include "common/errbuf.h"
#include "common/units.h"

enum { MINUTE_MS = 60000 };

/* A reason was given, which is a string. */
static void
check_refused(const struct errbuf *err)
{
	MUST(memchr(err->text, '\0', sizeof(err->text)) != NULL);
	MUST(err->text[0] != '\0');
}

static void
check_numbers(const char *text, int64_t min, int64_t max)
{
	static int (*const parsers[])(const char *, int64_t, int64_t, int64_t *,
	    struct errbuf *) = { units_integer, units_seconds, units_duration,
		units_size, units_count };

	for (size_t i = 0; i < sizeof(parsers) / sizeof(parsers[0]); i++) {
		struct errbuf err = { "" };
		int64_t value;

		if (parsers[i](text, min, max, &value, &err) == 0)
			MUST(value >= min && value <= max);
		else
			check_refused(&err);
	}
}

/* An integer and a number of seconds, written and read. */
static void
check_again(const char *text)
{
	struct errbuf err;
	int64_t value, again;
	char buf[64];

	if (units_integer(text, INT64_MIN, INT64_MAX, &value, &err) == 0) {
		snprintf(buf, sizeof(buf), "%" PRId64, value);
		MUST(units_integer(buf, value, value, &again, &err) == 0);
	}
	if (units_seconds(text, 0, INT64_C(365) * 24 * 60 * MINUTE_MS, &value,
		&err) == 0) {
		units_seconds_text(value, buf, sizeof(buf));
		MUST(units_seconds(buf, value, value, &again, &err) == 0);
	}
}

static void
check_sizes(const char *text, uint64_t seed)
{
	struct sizes sizes, again;
	struct errbuf err = { "" };
	char buf[SIZES_MAX * 12];

	if (sizes_read(&sizes, text, &err) == -1) {
		check_refused(&err);
		return;
	}
	MUST(sizes.count <= SIZES_MAX);
	MUST(sizes.least >= 1 && sizes.least <= sizes.most);
	MUST(sizes.most <= SIZES_LARGEST);
	for (int i = 0; i < 20; i++) {
		uint32_t size = sizes_next(&sizes, &seed);

		MUST(size >= sizes.least && size <= sizes.most);
	}
	sizes_text(&sizes, buf, sizeof(buf));
	MUST(sizes_read(&again, buf, &err) == 0);
	MUST(again.count == sizes.count);
	MUST(again.least == sizes.least && again.most == sizes.most);
	MUST(memcmp(again.size, sizes.size,
		 sizes.count * sizeof(*sizes.size)) == 0);
}

static void
check_thresholds(const char *text)
{
	char buf[THRESHOLD_TEXT], name[THRESHOLD_NAME];
	struct threshold threshold;
	struct errbuf err = { "" };
	uint32_t percentile, again;
	int64_t share;

	if (threshold_read(&threshold, text, &err) == -1) {
		check_refused(&err);
	} else {
		MUST(threshold.limit >= 0);
		(void)threshold_text(&threshold, 1.5, buf, sizeof(buf));
		MUST(strlen(buf) < sizeof(buf));
	}
	if (threshold_share(text, 100, &share, &err) == 0)
		MUST(share >= 0);
	if (threshold_percentile(text, &percentile, &err) == -1)
		return;
	MUST(threshold_name(percentile, name, sizeof(name))[0] == 'p');
	MUST(threshold_percentile(name + 1, &again, &err) == 0);
	MUST(again == percentile);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = { data, size };
	int shift = next(&in) % 63;
	char *text = rest(&in);

	check_numbers(text, 0, INT64_C(1) << shift);
	check_numbers(text, -(INT64_C(1) << shift), 7);
	check_numbers(text, INT64_MIN, INT64_MAX);
	check_again(text);
	check_sizes(text, (uint64_t)shift);
	check_thresholds(text);
	free(text);
	return 0;
}
