/* SPDX-License-Identifier: ISC */
/*
 * plot: a picture of a load, drawn by gnuplot; the only file that starts
 * another program.
 */
#ifndef ECHOC_PLOT_H
#define ECHOC_PLOT_H

struct failure;
struct result;
struct target;

/*
 * See whether the files beside the picture can be written.  Returns -1 with
 * OUTCOME_USAGE.
 */
int plot_prepare(const char *path, struct failure *);

/*
 * Draw figure.h's picture as SVG; without an echo there is nothing to draw.
 * Script and data are written beside the file, and removed when gnuplot has
 * drawn it.  Returns -1 with OUTCOME_USAGE, naming both, when
 * there is no gnuplot or it fails.
 */
int plot_draw(const char *path, const struct target *, const struct result *,
    struct failure *);

#endif
