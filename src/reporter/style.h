/* SPDX-License-Identifier: ISC */
/*
 * style: how the page looks, in light and in dark, on a wide screen and on a
 * narrow one (CSS).
 */
#ifndef ECHOD_STYLE_H
#define ECHOD_STYLE_H

extern const char style_sheet[];

#endif
