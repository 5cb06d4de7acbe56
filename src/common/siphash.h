/* SPDX-License-Identifier: ISC */
/*
 * siphash: SipHash-2-4, a hash that nobody can aim at a value without its key
 * (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012).
 */
#ifndef ECHOD_SIPHASH_H
#define ECHOD_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t siphash(const uint64_t key[2], const void *data, size_t n);

#endif
