/* SPDX-License-Identifier: ISC */
#include "client/core/sizes.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "client/core/random.h"
#include "common/errbuf.h"
#include "common/units.h"

static int
read_one(const char *text, size_t n, uint32_t *size, struct errbuf *err)
{
	char one[64];
	int64_t bytes;

	if (n == 0)
		return errbuf_set(err,
		    "a size is missing (such as 64, 64,512 or 64-4096)");
	if (n >= sizeof(one))
		return errbuf_set(err, "\"%.*s...\" is not a size", 20, text);
	memcpy(one, text, n);
	one[n] = '\0';
	if (units_size(one, 1, SIZES_LARGEST, &bytes, err) == -1)
		return -1;
	*size = (uint32_t)bytes;
	return 0;
}

static int
read_range(struct sizes *sizes, const char *text, const char *dash,
    struct errbuf *err)
{
	if (read_one(text, (size_t)(dash - text), &sizes->least, err) == -1 ||
	    read_one(dash + 1, strlen(dash + 1), &sizes->most, err) == -1)
		return -1;
	if (sizes->least > sizes->most)
		return errbuf_set(err,
		    "\"%s\" begins with its larger size, write %s-%.*s", text,
		    dash + 1, (int)(dash - text), text);
	/* A range of one size is a list of one. */
	if (sizes->least == sizes->most)
		sizes->size[sizes->count++] = sizes->least;
	return 0;
}

static int
read_list(struct sizes *sizes, const char *text, struct errbuf *err)
{
	bool more = true;
	uint32_t size = 0;
	size_t n;

	for (; more; text += n + 1) {
		n = strcspn(text, ",");
		more = text[n] == ',';
		if (sizes->count == SIZES_MAX)
			return errbuf_set(err, "more than %d sizes", SIZES_MAX);
		if (read_one(text, n, &size, err) == -1)
			return -1;
		if (sizes->count == 0 || size < sizes->least)
			sizes->least = size;
		if (size > sizes->most)
			sizes->most = size;
		sizes->size[sizes->count++] = size;
	}
	return 0;
}

int
sizes_read(struct sizes *sizes, const char *text, struct errbuf *err)
{
	const char *dash = strchr(text, '-');
	struct sizes new = { .count = 0 };

	if (dash != NULL && strchr(text, ',') != NULL)
		return errbuf_set(err,
		    "\"%s\" is a list and a range, it can be only one", text);
	/* A dash in front is the sign of a negative number, not a range. */
	if (dash != NULL && dash > text) {
		if (read_range(&new, text, dash, err) == -1)
			return -1;
	} else if (read_list(&new, text, err) == -1)
		return -1;
	*sizes = new;
	return 0;
}

uint32_t
sizes_next(const struct sizes *sizes, uint64_t *state)
{
	uint64_t span;

	if (sizes->count == 1)
		return sizes->size[0];
	if (sizes->count > 1)
		return sizes->size[random_next(state) % sizes->count];
	span = sizes->most - sizes->least + 1;
	return sizes->least + (uint32_t)(random_next(state) % span);
}

void
sizes_text(const struct sizes *sizes, char *buf, size_t size)
{
	size_t used = 0;

	if (sizes->count == 0) {
		snprintf(buf, size, "%" PRIu32 "-%" PRIu32, sizes->least,
		    sizes->most);
		return;
	}
	for (unsigned i = 0; i < sizes->count && used < size; i++)
		used += (size_t)snprintf(buf + used, size - used, "%s%" PRIu32,
		    i > 0 ? "," : "", sizes->size[i]);
}
