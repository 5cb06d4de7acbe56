/* SPDX-License-Identifier: ISC */
/*
 * counter: a number that one thread raises and others read meanwhile.  Costs
 * the owner no more than an addition.
 */
#ifndef ECHOC_COUNTER_H
#define ECHOC_COUNTER_H

#include <stdint.h>

static inline void
counter_add(uint64_t *counter, uint64_t n)
{
	__atomic_store_n(counter,
	    __atomic_load_n(counter, __ATOMIC_RELAXED) + n, __ATOMIC_RELAXED);
}

static inline uint64_t
counter_read(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

#endif
