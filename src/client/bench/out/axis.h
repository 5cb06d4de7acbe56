/* SPDX-License-Identifier: ISC */
/*
 * scale: the vertical axes of a picture, as lines for gnuplot: how far times
 * reach, in which unit they are shown, and where the frame is.
 */
#ifndef ECHOC_SCALE_H
#define ECHOC_SCALE_H

#include <stdint.h>
#include <stdio.h>

/* Begins as all zeros. */
struct scale {
	double least, most; /* in microseconds */
	double us;	    /* what one unit of the axis is */
	const char *unit;
};

/* Extend the axis to this value; a negative one is unknown, and ignored. */
void scale_stretch(struct scale *, int64_t ns);

/* Choose the largest unit of which there is one. */
void scale_unit(struct scale *);

/*
 * Write an axis of that unit, on which no point touches the frame; it is
 * logarithmic if the largest is many times the smallest.
 */
void scale_write(struct scale *, FILE *, const char *what);

/* Write what an axis shows; at the same place for all panels. */
void scale_title(FILE *, const char *what, const char *unit);

#endif
