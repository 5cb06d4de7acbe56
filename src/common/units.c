/* SPDX-License-Identifier: ISC */
#include "common/units.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/errbuf.h"

struct unit {
	const char *name;
	int64_t scale;
};

/* Bounds are printed in the first unit of a list that divides them. */
static const struct unit durations[] = {
	{ "h", INT64_C(3600000000000) },
	{ "m", INT64_C(60000000000) },
	{ "s", INT64_C(1000000000) },
	{ "ms", INT64_C(1000000) },
	{ "us", INT64_C(1000) },
	{ "ns", INT64_C(1) },
	{ "", INT64_C(1000000000) },
	{ NULL, 0 },
};
static const struct unit sizes[] = {
	{ "g", INT64_C(1) << 30 },
	{ "m", INT64_C(1) << 20 },
	{ "k", INT64_C(1) << 10 },
	{ "", INT64_C(1) },
	{ "K", INT64_C(1) << 10 },
	{ "M", INT64_C(1) << 20 },
	{ "G", INT64_C(1) << 30 },
	{ NULL, 0 },
};
static const struct unit counts[] = {
	{ "g", INT64_C(1000000000) },
	{ "m", INT64_C(1000000) },
	{ "k", INT64_C(1000) },
	{ "", INT64_C(1) },
	{ "K", INT64_C(1000) },
	{ "M", INT64_C(1000000) },
	{ "G", INT64_C(1000000000) },
	{ NULL, 0 },
};

/* The form of a number, and its description for error messages. */
struct notation {
	const struct unit *units;
	const char *between; /* printed between number and unit */
	const char *wanted;
	bool fraction; /* digits may follow a point */
	bool rounded;  /* the result is rounded up to a whole number */
};
static const struct notation duration_notation = { durations, " ",
	"a duration (such as 250us, 1.5 or 2m)", true, true };
static const struct notation size_notation = { sizes, "",
	"a size (such as 512, 64k or 1m)", false, false };
static const struct notation count_notation = { counts, "",
	"a number (such as 500, 1.5k or 2m)", true, false };

/* A parsed number in the smallest unit. */
struct reading {
	int64_t value; /* rounded up */
	bool exact;    /* nothing was rounded */
	bool huge;     /* the number does not fit, value is undefined */
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/*
 * Parse digits with a fraction, and multiply them by the scale of their unit.
 * Integer arithmetic, because no binary fraction is exactly 0.1; rounding up,
 * because a positive number must not become 0.
 */
static int
read_scaled(const struct notation *form, const char *text, struct reading *read)
{
	const struct unit *unit = form->units;
	size_t whole, length;
	int64_t part = 0;

	*read = (struct reading){ .exact = true };
	for (whole = 0; is_digit(text[whole]);)
		whole++;
	length = whole;
	if (form->fraction && text[length] == '.')
		while (is_digit(text[++length]))
			continue;
	/* There must be digits before or after the point. */
	if (length == 0 || (whole == 0 && length == 1))
		return -1;
	while (unit->name != NULL && strcmp(unit->name, text + length) != 0)
		unit++;
	if (unit->name == NULL)
		return -1;
	/* Beginning with the last digit, rounding up each tenth. */
	for (size_t i = length; i > whole + 1; i--) {
		part += (text[i - 1] - '0') * unit->scale;
		read->exact = read->exact && part % 10 == 0;
		part = part / 10 + (part % 10 > 0 ? 1 : 0);
	}
	for (size_t i = 0; i < whole && !read->huge; i++)
		read->huge = __builtin_mul_overflow(read->value, 10,
				 &read->value) ||
		    __builtin_add_overflow(read->value, text[i] - '0',
			&read->value);
	read->huge = read->huge ||
	    __builtin_mul_overflow(read->value, unit->scale, &read->value) ||
	    __builtin_add_overflow(read->value, part, &read->value);
	return 0;
}

static void
bound_text(const struct notation *form, int64_t bound, char *buf, size_t size)
{
	const struct unit *unit = form->units;

	if (bound == 0) {
		snprintf(buf, size, "0");
		return;
	}
	while (bound % unit->scale != 0)
		unit++;
	snprintf(buf, size, "%" PRId64 "%s%s", bound / unit->scale,
	    unit->name[0] != '\0' ? form->between : "", unit->name);
}

static int
read_bounded(const struct notation *form, const char *text, int64_t min,
    int64_t max, int64_t *value, struct errbuf *err)
{
	char low[32], high[32];
	struct reading read;

	if (read_scaled(form, text, &read) == -1)
		return errbuf_set(err, "\"%s\" is not %s", text, form->wanted);
	if (!read.exact && !form->rounded)
		return errbuf_set(err, "\"%s\" is not a whole number", text);
	if (read.huge || read.value < min || read.value > max) {
		bound_text(form, min, low, sizeof(low));
		bound_text(form, max, high, sizeof(high));
		return errbuf_set(err, "\"%s\" is out of range (%s to %s)",
		    text, low, high);
	}
	*value = read.value;
	return 0;
}

int
units_integer(const char *text, int64_t min, int64_t max, int64_t *value,
    struct errbuf *err)
{
	const char *digits = text[0] == '-' ? text + 1 : text;
	char *end;
	intmax_t n;

	if (!isdigit((unsigned char)digits[0]))
		return errbuf_set(err, "\"%s\" is not a number", text);
	errno = 0;
	n = strtoimax(text, &end, 10);
	if (*end != '\0')
		return errbuf_set(err, "\"%s\" is not a whole number", text);
	if (errno == ERANGE || n < min || n > max)
		return errbuf_set(err,
		    "%s is out of range (%" PRId64 " to %" PRId64 ")", text,
		    min, max);
	*value = n;
	return 0;
}

/*
 * A positive value never becomes 0, which is no limit, nor does a negative one,
 * which is refused.  A fraction that only the type has made is none.
 */
static int64_t
away_from_zero(double value)
{
	int64_t whole = (int64_t)value;

	if (fabs(value - (double)whole) > 1e-6 + fabs(value) * 0x1p-50 ||
	    whole == 0)
		whole += (value > 0) - (value < 0);
	return whole;
}

int
units_seconds(const char *text, int64_t min, int64_t max, int64_t *ms,
    struct errbuf *err)
{
	char low[32], high[32];
	int64_t rounded;
	double seconds;
	char *end;

	/* strtod(3) would accept "inf", "nan" and "0x1p3" too. */
	if (text[0] == '\0' || strspn(text, "-0123456789.eE+") != strlen(text))
		return errbuf_set(err, "\"%s\" is not a number of seconds",
		    text);
	seconds = strtod(text, &end);
	if (*end != '\0' || !isfinite(seconds))
		return errbuf_set(err, "\"%s\" is not a number of seconds",
		    text);
	seconds *= 1000;
	/* First rounded, then compared: 1.001 is not quite 1001 ms. */
	if (fabs(seconds) >= 0x1p63 ||
	    (rounded = away_from_zero(seconds)) < min || rounded > max) {
		units_seconds_text(min, low, sizeof(low));
		units_seconds_text(max, high, sizeof(high));
		return errbuf_set(err, "%s is out of range (%s to %s seconds)",
		    text, low, high);
	}
	*ms = rounded;
	return 0;
}

int
units_duration(const char *text, int64_t min, int64_t max, int64_t *ns,
    struct errbuf *err)
{
	return read_bounded(&duration_notation, text, min, max, ns, err);
}

int
units_size(const char *text, int64_t min, int64_t max, int64_t *bytes,
    struct errbuf *err)
{
	return read_bounded(&size_notation, text, min, max, bytes, err);
}

int
units_count(const char *text, int64_t min, int64_t max, int64_t *count,
    struct errbuf *err)
{
	return read_bounded(&count_notation, text, min, max, count, err);
}

void
units_seconds_text(int64_t ms, char *buf, size_t size)
{
	size_t n;

	snprintf(buf, size, "%" PRId64 ".%03d", ms / 1000, (int)(ms % 1000));
	n = strlen(buf);
	while (n > 0 && buf[n - 1] == '0')
		buf[--n] = '\0';
	if (n > 0 && buf[n - 1] == '.')
		buf[n - 1] = '\0';
}
