/* SPDX-License-Identifier: ISC */
#include "common/humanize.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>

/* Each is a thousand, or 1024, of the one before. */
static const char *const times[] = { " ns", " us", " ms", " s" };
static const char *const sizes[] = { " B", " KiB", " MiB", " GiB", " TiB" };
static const char *const thousands[] = { "", "k", "M", "G", "T" };

/* The most decimals of a number. */
enum { PLACES = 14 };

static uint64_t
magnitude(int64_t n)
{
	return n < 0 ? UINT64_C(0) - (uint64_t)n : (uint64_t)n;
}

static uint64_t
power_of_ten(int exponent)
{
	uint64_t power = 1;

	while (exponent-- > 0)
		power *= 10;
	return power;
}

/* Write n / 10^decimals, with a dot in every locale, and no sign for 0. */
static struct humanized
fixed(bool negative, uint64_t n, int decimals, const char *unit)
{
	const char *sign = negative && n > 0 ? "-" : "";
	char fraction[PLACES + 2] = "";
	struct humanized is;

	for (int i = decimals; i > 0; i--) {
		fraction[i] = (char)('0' + n % 10);
		n /= 10;
	}
	if (decimals > 0)
		fraction[0] = '.';
	snprintf(is.text, sizeof(is.text), "%s%" PRIu64 "%s%s", sign, n,
	    fraction, unit);
	return is;
}

static uint64_t
divide_rounded(uint64_t n, uint64_t by)
{
	return n / by + (n % by >= by - by / 2 ? 1 : 0);
}

struct humanize_unit
humanize_unit(int64_t largest_ns)
{
	uint64_t largest = magnitude(largest_ns);

	if (largest < 10000)
		return (struct humanize_unit){ "ns", 1, 0 };
	if (largest < 10000000)
		return (struct humanize_unit){ "us", 1e3, 1 };
	if (largest < UINT64_C(10000000000))
		return (struct humanize_unit){ "ms", 1e6, 3 };
	return (struct humanize_unit){ "s", 1e9, 3 };
}

struct humanized
humanize_column(struct humanize_unit unit, int64_t ns)
{
	uint64_t step = (uint64_t)unit.ns / power_of_ten(unit.decimals);
	uint64_t steps = divide_rounded(magnitude(ns), step > 0 ? step : 1);
	char name[8];

	snprintf(name, sizeof(name), " %s", unit.name);
	return fixed(ns < 0, steps, unit.decimals, name);
}

struct humanized
humanize_time(int64_t ns)
{
	uint64_t all = magnitude(ns), step = 1, steps = all;
	int exponent = 0;

	/* Round before choosing the unit, so that "1000 us" cannot come out. */
	while (steps >= 1000 && exponent < 9) {
		exponent++;
		step *= 10;
		steps = divide_rounded(all, step);
	}
	return fixed(ns < 0, steps, (9 - exponent) % 3,
	    times[(exponent + 2) / 3]);
}

struct humanized
humanize_known(int64_t ns)
{
	return ns >= 0 ? humanize_time(ns) : (struct humanized){ "-" };
}

struct humanized
humanize_duration(int64_t ns)
{
	uint64_t n = magnitude(ns), one = 1;
	int decimals = 0, unit = 0;

	if (n == 0)
		return fixed(false, 0, 0, " s");
	while (unit < 3 && n / one >= 1000) {
		one *= 1000;
		decimals += 3;
		unit++;
	}
	while (decimals > 0 && n % 10 == 0) {
		n /= 10;
		decimals--;
	}
	return fixed(ns < 0, n, decimals, times[unit]);
}

/* Three digits, in the first unit in which the number is below `step`. */
static struct humanized
scaled(double number, double step, const char *const units[5])
{
	double n = fabs(number);
	int unit = 0, decimals;

	while (unit < 4 && round(n) >= step) {
		n /= step;
		unit++;
	}
	/* Infinite, not a number, or beyond all measure. */
	if (!(n < 1e15))
		return (struct humanized){ "-" };
	if (unit == 0 || round(n * 10) >= 1000)
		decimals = 0;
	else
		decimals = round(n * 100) >= 1000 ? 1 : 2;
	n = round(n * (double)power_of_ten(decimals));
	return fixed(number < 0, (uint64_t)n, decimals, units[unit]);
}

struct humanized
humanize_age(int64_t ms)
{
	static const struct {
		int64_t seconds;
		const char *name;
	} units[] = { { 86400, "d" }, { 3600, "h" }, { 60, "min" },
		{ 1, "s" } };
	int64_t seconds = ms > 0 ? ms / 1000 : 0;
	struct humanized is;
	int i = 0;

	while (i < 3 && seconds < units[i].seconds)
		i++;
	if (i == 3)
		snprintf(is.text, sizeof(is.text), "%" PRId64 " s", seconds);
	else
		snprintf(is.text, sizeof(is.text),
		    "%" PRId64 " %s %" PRId64 " %s", seconds / units[i].seconds,
		    units[i].name,
		    seconds % units[i].seconds / units[i + 1].seconds,
		    units[i + 1].name);
	return is;
}

struct humanized
humanize_bytes(double bytes)
{
	return scaled(bytes, 1024, sizes);
}

/* A percentage that is neither 0 nor 100, in units of 10^-decimals. */
static uint64_t
percent_steps(double percent, int *decimals)
{
	const double all = 100;
	uint64_t n;

	*decimals = 0;
	for (;;) {
		double one = (double)power_of_ten(*decimals);

		n = (uint64_t)round(percent * one);
		if (*decimals == PLACES ||
		    (n >= 1000 && n != (uint64_t)(all * one)))
			break;
		++*decimals;
	}
	while (*decimals > 0 && n % 10 == 0) {
		n /= 10;
		--*decimals;
	}
	return n;
}

struct humanized
humanize_percent(double part, double whole)
{
	double percent = 100 * part / whole;
	uint64_t steps;
	int decimals;

	if (!(part > 0) || part == whole)
		return fixed(false, part > 0 ? 100 : 0, 0, "%");
	/* The whole is 0, or far smaller than the part. */
	if (!(percent < 1e4))
		return fixed(false, (uint64_t)fmin(percent, 1e15), 0, "%");
	steps = percent_steps(percent, &decimals);
	return fixed(false, steps, decimals, "%");
}

struct humanized
humanize_share(double part, double whole)
{
	uint64_t n = (uint64_t)round(1e4 * part / whole);

	if (n == 0 && part > 0)
		return (struct humanized){ "<0.01%" };
	if (n == 10000 && part < whole)
		return (struct humanized){ ">99.99%" };
	return fixed(false, n, 2, "%");
}

struct humanized
humanize_short(double number)
{
	double tenths = round(fabs(number) * 10);

	/* A slow rate must not look like none at all. */
	if (tenths < 100 && fmod(tenths, 10) > 0)
		return fixed(number < 0, (uint64_t)tenths, 1, "");
	return scaled(number, 1000, thousands);
}
