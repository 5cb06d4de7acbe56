/* SPDX-License-Identifier: ISC */
/*
 * replay: main() of a target that is not linked with libFuzzer: each argument is
 * a file, whose bytes are one input.
 */
#include "fuzz.h"

static void
replay(const char *path)
{
	size_t size = 0, room = 4096;
	uint8_t *data = NULL, *exact;
	FILE *file = fopen(path, "rb");

	MUST(file != NULL);
	do {
		room *= 2;
		data = realloc(data, room);
		MUST(data != NULL);
		size += fread(data + size, 1, room - size, file);
	} while (size == room);
	MUST(ferror(file) == 0);
	fclose(file);
	/* Exactly its size: a sanitizer sees a read behind its end. */
	exact = malloc(size > 0 ? size : 1);
	MUST(exact != NULL);
	memcpy(exact, data, size);
	free(data);
	(void)LLVMFuzzerTestOneInput(exact, size);
	free(exact);
}

int
main(int argc, char *argv[])
{
	for (int i = 1; i < argc; i++) {
		/* The last line names the input of a crash. */
		printf("%s\n", argv[i]);
		fflush(stdout);
		replay(argv[i]);
	}
	return 0;
}
