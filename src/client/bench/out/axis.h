/* SPDX-License-Identifier: ISC */
/*
 * axis: the range and unit of an axis of times, as commands for gnuplot.
 */
#ifndef ECHOC_AXIS_H
#define ECHOC_AXIS_H

#include <stdint.h>
#include <stdio.h>

/* Begins as all zeros. */
struct axis {
	double least, most; /* in microseconds */
	double us;	    /* microseconds in a unit of the axis */
	const char *unit;
};

/* Extend the axis to this value; a negative one is unknown, and ignored. */
void axis_stretch(struct axis *, int64_t ns);

/* Choose the largest unit that is not larger than the largest value. */
void axis_unit(struct axis *);

/* Choose the unit and write the axis, logarithmic for a wide range. */
void axis_write(struct axis *, FILE *, const char *what);

/* Write the title of an axis, at the same place in all panels. */
void axis_title(FILE *, const char *what, const char *unit);

#endif
