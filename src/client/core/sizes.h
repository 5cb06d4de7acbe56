/* SPDX-License-Identifier: ISC */
/*
 * sizes: how large the messages are: "64", "64,512,4096" or "64-4096".
 */
#ifndef ECHOC_SIZES_H
#define ECHOC_SIZES_H

#include <stddef.h>
#include <stdint.h>

struct errbuf;

enum { SIZES_MAX = 16, SIZES_LARGEST = 16 << 20 };

struct sizes {
	uint32_t size[SIZES_MAX]; /* one is chosen, each as likely */
	unsigned count;
	uint32_t least, most; /* of these; with a count of 0: any in between */
};

/*
 * Read one size, a list or a range; k and m are powers of 1024.  A size is
 * between 1 and SIZES_LARGEST.  Returns -1 with the reason in err.
 */
int sizes_read(struct sizes *, const char *text, struct errbuf *);

/* The next size; *state is the caller's, any value to begin with. */
uint32_t sizes_next(const struct sizes *, uint64_t *state);

/* As one would write it: "64", "64,512", "64-4096". */
void sizes_text(const struct sizes *, char *, size_t);

#endif
