/* SPDX-License-Identifier: ISC */
/*
 * humanize: numbers for people, always with their unit, a dot in every locale.
 */
#ifndef ECHOC_HUMANIZE_H
#define ECHOC_HUMANIZE_H

#include <stddef.h>
#include <stdint.h>

/* Room for what any of these writes. */
enum { HUMANIZE_TEXT = 32 };

/* One unit for a column of times, chosen by its largest. */
struct humanize_unit {
	const char *name; /* "ns", "us", "ms" or "s" */
	double ns;	  /* how many nanoseconds one is */
	int decimals;
};
struct humanize_unit humanize_unit(int64_t largest_ns);

/* "213.5 us", in that unit and without another. */
char *humanize_column(struct humanize_unit, int64_t ns, char *, size_t);

/* "213 us", "1.40 ms", "10.0 s": three digits, the unit that fits. */
char *humanize_time(int64_t ns, char *, size_t);

/* "10 s", "1.5 s", "250 ms": exactly what was asked for, as one writes it. */
char *humanize_duration(int64_t ns, char *, size_t);

/* "512 B", "12.3 GiB". */
char *humanize_bytes(double bytes, char *, size_t);

/*
 * A part of a whole: "0%", "33.33%", "100%", "0.00004%".  Four digits, and as
 * many more as it takes to tell it from none and from all: these two are said
 * only when they are exact.
 */
char *humanize_percent(double part, double whole, char *, size_t);

/* The same with two decimals for a column: "<0.01%", "33.33%", ">99.99%". */
char *humanize_share(double part, double whole, char *, size_t);

/* "1.8", "950", "182k", "1.25M", for a line that has little room. */
char *humanize_short(double number, char *, size_t);

#endif
