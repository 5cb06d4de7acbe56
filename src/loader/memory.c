/* SPDX-License-Identifier: ISC */
#include "loader/memory.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdlib.h>

static void (*failed)(void);

void
memory_guard(void (*end)(void))
{
	failed = end;
}

#ifndef SANITIZERS

/* The allocator of the C library, or one that is preloaded. */
static struct {
	void *(*malloc)(size_t);
	void *(*calloc)(size_t, size_t);
	void *(*realloc)(void *, size_t);
} real;

/* POSIX has a function from dlsym(3), ISO C has none from an object pointer. */
#define FIND(name) (*(void **)&real.name = dlsym(RTLD_NEXT, #name))

/* False: dlsym(3) itself asks for memory, and can do without. */
static bool
find_real(void)
{
	static bool finding;

	if (real.realloc != NULL)
		return true;
	if (finding)
		return false;
	finding = true;
	FIND(malloc);
	FIND(calloc);
	FIND(realloc);
	finding = false;
	return true;
}

static void *
checked(void *p)
{
	if (p == NULL && failed != NULL)
		failed();
	return p;
}

void *
malloc(size_t size)
{
	return find_real() ? checked(real.malloc(size)) : NULL;
}

void *
calloc(size_t count, size_t size)
{
	return find_real() ? checked(real.calloc(count, size)) : NULL;
}

void *
realloc(void *old, size_t size)
{
	void *p = find_real() ? real.realloc(old, size) : NULL;

	/* realloc(3) with size 0 frees the memory, and NULL is no failure
	 * then. */
	return size == 0 ? p : checked(p);
}

#endif
