/* SPDX-License-Identifier: ISC */
/*
 * check: whether the bytes of a configuration are one.
 *
 * It has come through a pipe from a process that read hostile text; nothing in
 * it may lead the master out of an array, whatever became of that process.
 */
#ifndef ECHOD_CHECK_H
#define ECHOD_CHECK_H

#include <stdbool.h>

struct config;

/* What config_load() and resolve_config() have made is always sane. */
bool check_config(const struct config *);

#endif
