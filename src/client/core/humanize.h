/* SPDX-License-Identifier: ISC */
/*
 * humanize: numbers for people, with their unit, and a dot in every locale.
 */
#ifndef ECHOC_HUMANIZE_H
#define ECHOC_HUMANIZE_H

#include <stddef.h>
#include <stdint.h>

/* The size of a buffer that each of these functions can fill. */
enum { HUMANIZE_TEXT = 32 };

/* The unit of a column of times. */
struct humanize_unit {
	const char *name; /* "ns", "us", "ms" or "s" */
	double ns;	  /* one unit in nanoseconds */
	int decimals;
};

/* The unit that fits the largest time of the column. */
struct humanize_unit humanize_unit(int64_t largest_ns);

/* "213.5 us", in that unit. */
char *humanize_column(struct humanize_unit, int64_t ns, char *, size_t);

/* "213 us", "1.40 ms", "10.0 s": three digits. */
char *humanize_time(int64_t ns, char *, size_t);

/* "10 s", "1.5 s", "250 ms": exact, for what was given as an option. */
char *humanize_duration(int64_t ns, char *, size_t);

/* "512 B", "12.3 GiB". */
char *humanize_bytes(double bytes, char *, size_t);

/* "0%", "33.33%", "0.00004%": at least four digits; 0 and 100 are exact. */
char *humanize_percent(double part, double whole, char *, size_t);

/* The same for a column, in two decimals: "<0.01%", "33.33%", ">99.99%". */
char *humanize_share(double part, double whole, char *, size_t);

/* "1.8", "950", "182k", "1.25M": for a line with little room. */
char *humanize_short(double number, char *, size_t);

#endif
