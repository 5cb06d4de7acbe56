/* SPDX-License-Identifier: ISC */
/*
 * spelling: the setting that somebody most likely meant.
 */
#ifndef ECHOD_SPELLING_H
#define ECHOD_SPELLING_H

#include <stdbool.h>
#include <stddef.h>

/* The known path or group most like an unknown one; false: none is close. */
bool spelling_nearest(const char *path, char *near, size_t size);

#endif
