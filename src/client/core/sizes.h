/* SPDX-License-Identifier: ISC */
/*
 * sizes: the sizes of messages: "64", "64,512,4096" or "64-4096".
 */
#ifndef ECHOC_SIZES_H
#define ECHOC_SIZES_H

#include <stddef.h>
#include <stdint.h>

struct errbuf;

enum { SIZES_MAX = 16, SIZES_LARGEST = 16 << 20 };

struct sizes {
	uint32_t size[SIZES_MAX]; /* each equally likely */
	unsigned count;		  /* 0: a range, any size from least to most */
	uint32_t least, most;
};

/* Read one size, a list or a range; k is 1024.  Returns -1 with the reason. */
int sizes_read(struct sizes *, const char *text, struct errbuf *);

/* Choose the next size; *state is that of random_next(). */
uint32_t sizes_next(const struct sizes *, uint64_t *state);

/* The sizes as the user would write them. */
void sizes_text(const struct sizes *, char *, size_t);

#endif
