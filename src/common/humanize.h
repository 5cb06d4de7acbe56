/* SPDX-License-Identifier: ISC */
/*
 * humanize: numbers for people, with their unit, and a dot in every locale.
 */
#ifndef ECHOD_HUMANIZE_H
#define ECHOD_HUMANIZE_H

#include <stdint.h>

/* A number as text: humanize_time(ns).text is an argument for printf(3). */
enum { HUMANIZE_TEXT = 48 };
struct humanized {
	char text[HUMANIZE_TEXT];
};

/* The unit of a column of times. */
struct humanize_unit {
	const char *name; /* "ns", "us", "ms" or "s" */
	double ns;	  /* one unit in nanoseconds */
	int decimals;
};

/* The unit that fits the largest time of the column. */
struct humanize_unit humanize_unit(int64_t largest_ns);

/* "213.5 us", in that unit. */
struct humanized humanize_column(struct humanize_unit, int64_t ns);

/* "213 us", "1.40 ms", "10.0 s": three digits. */
struct humanized humanize_time(int64_t ns);

/* The same; "-" for a negative time, which is not known. */
struct humanized humanize_known(int64_t ns);

/* "10 s", "1.5 s", "250 ms": exact, for what was given as an option. */
struct humanized humanize_duration(int64_t ns);

/* "7 s", "12 min 5 s", "3 h 4 min", "5 d 2 h": how long something has lasted. */
struct humanized humanize_age(int64_t ms);

/* "512 B", "12.3 GiB". */
struct humanized humanize_bytes(double bytes);

/* "0%", "33.33%", "0.00004%": at least four digits; 0 and 100 are exact. */
struct humanized humanize_percent(double part, double whole);

/* The same for a column, in two decimals: "<0.01%", "33.33%", ">99.99%". */
struct humanized humanize_share(double part, double whole);

/* "1.8", "950", "182k", "1.25M": for a line with little room. */
struct humanized humanize_short(double number);

#endif
