/* SPDX-License-Identifier: ISC */
/*
 * axis: the vertical axes of a picture, as lines for gnuplot: how far times
 * reach, in which unit they are shown, and where the frame is.
 */
#ifndef ECHOC_AXIS_H
#define ECHOC_AXIS_H

#include <stdint.h>
#include <stdio.h>

/* Begins as all zeros. */
struct axis {
	double least, most; /* in microseconds */
	double us;	    /* what one unit of the axis is */
	const char *unit;
};

/* Extend the axis to this value; a negative one is unknown, and ignored. */
void axis_stretch(struct axis *, int64_t ns);

/* Choose the largest unit of which there is one. */
void axis_unit(struct axis *);

/*
 * Write an axis of that unit, on which no point touches the frame; it is
 * logarithmic if the largest is many times the smallest.
 */
void axis_write(struct axis *, FILE *, const char *what);

/* Write what an axis shows; at the same place for all panels. */
void axis_title(FILE *, const char *what, const char *unit);

#endif
