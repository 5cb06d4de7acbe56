/* SPDX-License-Identifier: ISC */
/*
 * style: the style sheet of the page (CSS), for light and dark, wide and narrow
 * screens.
 */
#ifndef ECHOD_STYLE_H
#define ECHOD_STYLE_H

extern const char style_sheet[];

#endif
