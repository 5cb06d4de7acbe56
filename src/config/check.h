/* SPDX-License-Identifier: ISC */
/*
 * sanity: whether the bytes of a configuration are one.
 *
 * It has come through a pipe from a process that read hostile text; nothing in
 * it may lead the master out of an array, whatever became of that process.
 */
#ifndef ECHOD_SANITY_H
#define ECHOD_SANITY_H

#include <stdbool.h>

struct config;

/* What config_load() and resolve_config() have made is always sane. */
bool sanity_config(const struct config *);

#endif
