/* SPDX-License-Identifier: ISC */
#include "client/bench/out/figure.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "client/bench/out/axis.h"
#include "client/bench/out/caption.h"
#include "client/bench/plan.h"
#include "client/bench/result.h"
#include "client/core/histogram.h"
#include "common/humanize.h"

/* In pixels: edges of the picture, and heights of the title and the panels. */
enum {
	WIDTH = 900,
	LEFT = 90,
	RIGHT = 830,
	TITLE = 130,
	CURVE = 440,
	RATE = 220,
	TIMES = 290,
};

/* Colours that colour-blind people can tell apart as well (Okabe and Ito). */
#define BLUE "'#0072b2'"
#define SKY "'#9ed0ee'"
#define ORANGE "'#d55e00'"
#define YELLOW "'#e69f00'"
#define RED "'#b00020'"
#define GREY "'#808080'"
#define GRID "lt 1 lw 0.7 lc rgb '#dddddd'"

static bool
has_curve(const struct result *r)
{
	return result_percentile(&r->counts.response, 50 * PERCENT) >= 0;
}

/* A string for gnuplot; a line break, which must not be in it, would end it. */
static void
quoted(FILE *f, const char *text)
{
	putc('\'', f);
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			putc('\'', f);
		putc(*text, f);
	}
	putc('\'', f);
}

static void
write_caption(FILE *f, const struct target *t, const struct result *r,
    int height)
{
	char line[CAPTION_LINES][CAPTION_TEXT];
	int y = 30;

	caption_write(line, t, r);
	for (int i = 0; i < CAPTION_LINES; i++) {
		const char *style = i == 0 ? "font ',16'" :
		    i == CAPTION_LINES - 1 ? "textcolor rgb " GREY :
					     "";

		if (line[i][0] == '\0')
			continue;
		fputs("set label ", f);
		quoted(f, line[i]);
		fprintf(f, " at screen %.4f,%.4f left %s\n",
		    (double)LEFT / WIDTH, 1 - (double)y / height, style);
		y += i == 0 ? 24 : 20;
	}
}

/* Begin a panel between two heights in pixels, with a heading above it. */
static void
write_panel(FILE *f, int top, int bottom, int height, int heading,
    const char *text)
{
	fprintf(f, "set tmargin at screen %.4f\nset bmargin at screen %.4f\n",
	    1 - (double)top / height, 1 - (double)bottom / height);
	fprintf(f, "set label '%s' at screen %.4f,%.4f left\n", text,
	    (double)LEFT / WIDTH, 1 - (double)(top - heading) / height);
}

/* The place of a percentile on the x axis: 1 / (1 - percentile). */
static double
nines(uint32_t percentile)
{
	return 100.0 * PERCENT / (100 * PERCENT - percentile);
}

static bool
has_room(const double named[], unsigned count, double at, double end)
{
	const double least = 22 * log(end) / (RIGHT - LEFT);

	for (unsigned i = 0; i < count; i++)
		if (fabs(log(named[i]) - log(at)) < least)
			return false;
	return true;
}

/* Mark the percentiles of the report on the curve, with labels above. */
static void
write_marks(FILE *f, const struct result *r, const struct axis *s, double end)
{
	const struct options *opt = r->plan->opt;
	char text[64], name[THRESHOLD_NAME];
	double named[OPTIONS_LIST];
	unsigned count = 0;

	fputs("set x2tics rotate by 40 left ()\n", f);
	for (unsigned i = 0; i < opt->percentiles; i++) {
		uint32_t p = opt->percentile[i];
		int64_t ns = result_percentile(&r->counts.response, p);
		double at = p < 100 * PERCENT ? nines(p) : INFINITY;

		if (ns < 0 || at > end)
			continue;
		fprintf(f,
		    "set label '' at %.6f,%.6f front point pt 7 ps 0.6 lc "
		    "rgb " BLUE "\n",
		    at, (double)ns / 1e3 / s->us);
		if (!has_room(named, count, at, end))
			continue;
		named[count++] = at;
		snprintf(text, sizeof(text), "%s  %s",
		    threshold_name(p, name, sizeof(name)),
		    humanize_time(ns).text);
		fputs("set x2tics add (", f);
		quoted(f, text);
		fprintf(f, " %.6f)\n", at);
	}
}

/* Where the curve ends to the right; extends the axis to its values. */
static double
curve_end(const struct result *r, struct axis *s)
{
	const struct options *opt = r->plan->opt;
	double end = (double)r->counts.response.count / RESULT_ABOVE;
	double most = pow(10, FIGURE_NINES - 1);
	uint32_t last;

	if (end > most)
		end = most;
	last = (uint32_t)((1 - 1 / end) * 100 * PERCENT);
	/* The fastest 10 % may lie below the frame: they would cost a decade. */
	axis_stretch(s, result_percentile(&r->counts.response, 10 * PERCENT));
	if (plan_is_open_loop(r->plan))
		axis_stretch(s,
		    result_percentile(&r->counts.service, 10 * PERCENT));
	axis_stretch(s, result_percentile(&r->counts.response, last));
	for (unsigned i = 0; i < opt->percentiles; i++)
		if (opt->percentile[i] < 100 * PERCENT)
			axis_stretch(s,
			    result_percentile(&r->counts.response,
				opt->percentile[i]));
	return 1.2 * end;
}

static void
curve_panel(FILE *f, const char *data, const struct result *r, int top,
    int height)
{
	static const char *const tics[] = { "0", "90", "99", "99.9", "99.99",
		"99.999", "99.9999" };
	struct axis s = { 0 };
	double end = curve_end(r, &s), at = 1;

	write_panel(f, top, top + CURVE - 210, height, 95,
	    plan_is_open_loop(r->plan) ? "Response time by percentile" :
					 "Service time by percentile");
	axis_write(&s, f, caption_latency(r));
	fprintf(f,
	    "set logscale x\nset logscale x2\nset xrange [1:%.6f]\n"
	    "set x2range [1:%.6f]\nset xlabel 'percentile'\nset xtics (",
	    end, end);
	for (size_t i = 0; i < sizeof(tics) / sizeof(tics[0]) && at <= end;
	     i++, at *= 10)
		fprintf(f, "%s'%s' %.0f", i > 0 ? ", " : "", tics[i], at);
	fputs(")\n", f);
	write_marks(f, r, &s, end);
	/* The labels stand above the frame, so the key goes inside. */
	fputs(
	    "set key inside right bottom vertical\nset grid noxtics x2tics ytics " GRID
	    "\nplot ",
	    f);
	quoted(f, data);
	fprintf(f, " index 0 using 1:($2/%g) with lines lw 2 lc rgb " BLUE,
	    s.us);
	if (plan_is_open_loop(r->plan))
		fprintf(f,
		    " title 'response time', '' index 2 using 1:($2/%g) with "
		    "lines lw 2 lc rgb " YELLOW " title 'service time'",
		    s.us);
	else
		fputs(" notitle", f);
	fputs("\nunset label\nunset x2tics\nunset logscale\n", f);
}

static double
thousands(double most)
{
	return most >= 1e4 ? 1e3 : 1;
}

static const char *
per_second(double most)
{
	return most >= 1e4 ? "thousand/s" : "1/s";
}

/* A bar for each interval, because a rate belongs to a span of time. */
static void
rate_panel(FILE *f, const char *data, const struct result *r, double second,
    int top, int height)
{
	double most = 0, faults = 0, unit, asked = (double)r->plan->opt->rate;

	for (unsigned i = 0; i < r->interval_count; i++) {
		const struct interval *row = &r->intervals[i];
		double seconds = (double)row->length_ns / 1e9;

		if (seconds <= 0)
			continue;
		most = fmax(most, (double)row->echoed / seconds);
		faults = fmax(faults, (double)row->faults / seconds);
	}
	/* Do not show a requested rate that would make the bars too small. */
	if (asked > 2 * most)
		asked = 0;
	most = fmax(most, asked);
	unit = thousands(most);
	write_panel(f, top, top + RATE - 70, height, 16, "Rate");
	axis_title(f, "echoes", per_second(most));
	fprintf(f, "set yrange [0:%g]\nset ytics autofreq\n",
	    most > 0 ? 1.12 * most / unit : 1);
	if (faults > 0)
		fprintf(f,
		    "set y2range [0:%g]\nset y2tics textcolor rgb " RED "\n"
		    "set label 'errors, %s' at screen 0.985,graph 0.5 center "
		    "rotate textcolor rgb " RED "\n",
		    1.12 * faults / thousands(faults), per_second(faults));
	fputs("plot ", f);
	quoted(f, data);
	fprintf(f,
	    " index 1 using (%g*($1+$2)/2):($3/%g):(%g*($2-$1)) with boxes fs "
	    "solid 1 noborder lc rgb " SKY " title 'echoes'",
	    second, unit, second);
	if (asked > 0)
		fprintf(f,
		    ", %g with lines lw 1.5 dt 2 lc rgb " GREY
		    " title 'asked for'",
		    asked / unit);
	if (faults > 0)
		fprintf(f,
		    ", '' index 1 using (%g*($1+$2)/2):($7>0?$7/%g:NaN) axes "
		    "x1y2 with points pt 7 ps 0.6 lc rgb " RED
		    " title 'errors'",
		    second, thousands(faults));
	fputs("\nunset label\nunset y2tics\n", f);
}

static void
times_panel(FILE *f, const char *data, const struct result *r, double second,
    int top, int height)
{
	static const char *const names[] = { "p50", "p99", "max" };
	static const char *const colours[] = { BLUE, ORANGE, GREY };
	struct axis s = { 0 };
	bool known[3] = { false };
	const char *form = r->interval_count > 60 ? "lines lw 1.5" :
						    "linespoints lw 1.5 pt 7 "
						    "ps 0.5";
	const char *before = "";

	for (unsigned i = 0; i < r->interval_count; i++) {
		const struct interval *row = &r->intervals[i];
		int64_t ns[3] = { row->p50_ns, row->p99_ns, row->max_ns };

		for (int n = 0; n < 3; n++) {
			axis_stretch(&s, ns[n]);
			known[n] = known[n] || ns[n] >= 0;
		}
	}
	write_panel(f, top, top + TIMES - 100, height, 16,
	    plan_is_open_loop(r->plan) ? "Response time" : "Service time");
	axis_write(&s, f, caption_latency(r));
	if (!known[2])
		return;
	fputs("plot ", f);
	for (int n = 0; n < 3; n++) {
		if (!known[n])
			continue;
		fputs(before, f);
		quoted(f, *before == '\0' ? data : "");
		fprintf(f,
		    " index 1 using (%g*($1+$2)/2):($%d/%g) with %s lc rgb %s "
		    "title '%s'",
		    second, n + 4, s.us, form, colours[n], names[n]);
		before = ", ";
	}
	putc('\n', f);
}

/* The panels over time share the x axis. */
static void
time_panels(FILE *f, const char *data, const struct result *r, int top,
    int height)
{
	struct axis x = { .most = (double)r->window_ns / 1e3 };
	double second;

	axis_unit(&x);
	second = 1e6 / x.us;
	fprintf(f,
	    "set key at graph 1,1.02 right bottom horizontal\n"
	    "set grid xtics nox2tics ytics " GRID "\n"
	    "set xrange [0:%g]\nset xtics autofreq\nset xlabel ''\n",
	    x.most > 0 ? x.most / x.us : 1);
	rate_panel(f, data, r, second, top, height);
	fprintf(f, "set xlabel 'time of the measurement, %s'\n", x.unit);
	times_panel(f, data, r, second, top + RATE, height);
}

void
figure_script(FILE *f, const char *data, const char *picture,
    const struct target *t, const struct result *r)
{
	int height = TITLE + RATE + TIMES + (has_curve(r) ? CURVE : 0);

	fprintf(f,
	    "set terminal svg size %d,%d noenhanced font 'Arial,13' "
	    "background rgb 'white'\nset output ",
	    WIDTH, height);
	quoted(f, picture);
	fprintf(f,
	    "\nset border 3 lc rgb " GREY "\n"
	    "set tics nomirror scale 0.5 textcolor rgb '#404040'\n"
	    "set lmargin at screen %.4f\nset rmargin at screen %.4f\n"
	    "set multiplot\n",
	    (double)LEFT / WIDTH, (double)RIGHT / WIDTH);
	write_caption(f, t, r, height);
	if (has_curve(r))
		curve_panel(f, data, r, TITLE + 110, height);
	time_panels(f, data, r, height - TIMES - RATE + 30, height);
	fputs("unset multiplot\n", f);
}
