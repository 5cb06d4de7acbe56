/* SPDX-License-Identifier: ISC */
/*
 * plot: the picture of --plot, drawn by gnuplot, which only this file starts.
 */
#ifndef ECHOC_PLOT_H
#define ECHOC_PLOT_H

struct failure;
struct result;
struct target;

/* Returns -1 with OUTCOME_USAGE if files beside it cannot be written. */
int plot_prepare(const char *path, struct failure *);

/*
 * Draw the picture of figure.h as SVG; without an echo do nothing.  Script and
 * data beside it are removed when that is done.  Returns -1 with OUTCOME_USAGE,
 * naming both, when there is no gnuplot or it fails.
 */
int plot_draw(const char *path, const struct target *, const struct result *,
    struct failure *);

#endif
