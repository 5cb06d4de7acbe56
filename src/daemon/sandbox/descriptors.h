/* SPDX-License-Identifier: ISC */
/*
 * descriptors: which of them a process has.
 */
#ifndef ECHOD_DESCRIPTORS_H
#define ECHOD_DESCRIPTORS_H

#include <stddef.h>

/* Close each descriptor that is not listed; 0 to 2 become /dev/null then. */
void descriptors_keep(const int *keep, size_t n);

#endif
