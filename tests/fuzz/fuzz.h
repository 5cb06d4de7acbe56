/* SPDX-License-Identifier: ISC */
/* fuzz: what the fuzz targets share. */
#ifndef ECHOD_FUZZ_H
#define ECHOD_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The entry of a target, which libFuzzer or replay.c calls; returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* End the run, as a crash would, if something does not hold that must. */
#define MUST(condition)                                                        \
	do {                                                                   \
		if (!(condition)) {                                            \
			fprintf(stderr, "%s:%d: does not hold: %s\n",          \
			    __FILE__, __LINE__, #condition);                   \
			abort();                                               \
		}                                                              \
	} while (0)

/* The bytes that are left of an input. */
struct bytes {
	const uint8_t *at;
	size_t left;
};

/* The next byte; 0 when there is none. */
static inline uint8_t
next(struct bytes *in)
{
	if (in->left == 0)
		return 0;
	in->left--;
	return *in->at++;
}

/* The next number of two bytes. */
static inline uint16_t
next16(struct bytes *in)
{
	uint16_t high = next(in);

	return (uint16_t)(high << 8 | next(in));
}

/*
 * The rest as a string, to be freed, of exactly its length: so a sanitizer sees
 * a read behind its end.
 */
static inline char *
rest(const struct bytes *in)
{
	char *text = malloc(in->left + 1);

	MUST(text != NULL);
	if (in->left > 0)
		memcpy(text, in->at, in->left);
	text[in->left] = '\0';
	return text;
}

/*
 * A reason was given: a string, and not the text of a null pointer, unless that
 * is in the input.
 */
static inline void
check_reason(const char *reason, size_t room, const uint8_t *input, size_t size)
{
	static const char null[] = "(null)";

	MUST(memchr(reason, '\0', room) != NULL && reason[0] != '\0');
	MUST(strstr(reason, null) == NULL ||
	    memmem(input, size, null, strlen(null)) != NULL);
}

#endif
