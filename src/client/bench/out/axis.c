/* SPDX-License-Identifier: ISC */
#include "client/bench/out/axis.h"

#include <math.h>

/* The axis is logarithmic if the largest is so many times the smallest. */
#define LOGARITHMIC 15

void
axis_title(FILE *f, const char *what, const char *unit)
{
	fprintf(f,
	    "set label '%s, %s' at screen 0.024,graph 0.5 center rotate\n",
	    what, unit);
}

void
axis_unit(struct axis *s)
{
	s->us = s->most < 1e3 ? 1 : s->most < 1e6 ? 1e3 : 1e6;
	s->unit = s->most < 1e3 ? "us" : s->most < 1e6 ? "ms" : "s";
}

void
axis_stretch(struct axis *s, int64_t ns)
{
	double us = (double)ns / 1e3;

	if (ns <= 0)
		return;
	if (s->least == 0 || us < s->least)
		s->least = us;
	if (us > s->most)
		s->most = us;
}

void
axis_write(struct axis *s, FILE *f, const char *what)
{
	static const double steps[] = { 1, 2, 5 };
	const char *before = "";

	axis_unit(s);
	axis_title(f, what, s->unit);
	if (s->most < LOGARITHMIC * s->least || s->least == 0) {
		fprintf(f,
		    "unset logscale y\nset ytics autofreq\n"
		    "set yrange [0:%g]\n",
		    s->most > 0 ? 1.12 * s->most / s->us : 1);
		return;
	}
	fprintf(f, "set logscale y\nset yrange [%g:%g]\nset ytics (",
	    s->least / s->us / 1.25, s->most / s->us * 1.25);
	for (double decade = pow(10, floor(log10(s->least / s->us)));
	     decade < s->most / s->us; decade *= 10) {
		for (int i = 0; i < 3; i++) {
			fprintf(f, "%s%g", before, decade * steps[i]);
			before = ", ";
		}
	}
	fputs(")\n", f);
}
