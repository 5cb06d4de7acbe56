/* SPDX-License-Identifier: ISC */
/*
 * plot: the picture of --plot, drawn by gnuplot; the only file that starts
 * another program.
 */
#ifndef ECHOC_PLOT_H
#define ECHOC_PLOT_H

struct failure;
struct result;
struct target;

/*
 * Check that the files beside the picture can be written.  Returns -1 with
 * OUTCOME_USAGE.
 */
int plot_prepare(const char *path, struct failure *);

/*
 * Draw the picture of figure.h as SVG; without an echo do nothing.  Script and
 * data are written beside the picture, and removed when gnuplot has drawn it.
 * Returns -1 with OUTCOME_USAGE, naming both, when there is no gnuplot or it
 * fails.
 */
int plot_draw(const char *path, const struct target *, const struct result *,
    struct failure *);

#endif
