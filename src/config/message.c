/* SPDX-License-Identifier: ISC */
#include "config/message.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "config/settings.h"

/* FNV-1a. */
static uint64_t
add(uint64_t sum, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;

	while (n-- > 0)
		sum = (sum ^ *p++) * 0x100000001b3;
	return sum;
}

/* A hash of the layout of the messages, and of the table of settings. */
static uint64_t
layout(void)
{
	const size_t sizes[] = { sizeof(struct message_request),
		sizeof(struct message), offsetof(struct message, config),
		offsetof(struct config, addresses),
		offsetof(struct config, metrics.at),
		offsetof(struct config, uid) };
	uint64_t sum = add(0xcbf29ce484222325, sizes, sizeof(sizes));

	sum = add(sum, ECHOD_CONF, sizeof(ECHOD_CONF));
	for (unsigned i = 0; i < settings_count; i++) {
		const struct setting *s = &settings[i];
		const int64_t numbers[] = { (int64_t)s->type,
			(int64_t)s->offset, (int64_t)s->size, s->min, s->max };

		sum = add(sum, s->path, strlen(s->path));
		sum = add(sum, numbers, sizeof(numbers));
	}
	return sum;
}

void
message_identify(char identity[MESSAGE_IDENTITY])
{
	memset(identity, 0, MESSAGE_IDENTITY);
	snprintf(identity, MESSAGE_IDENTITY, "%s-%016llx", PACKAGE_VERSION,
	    (unsigned long long)layout());
}

bool
message_is_ours(const char identity[MESSAGE_IDENTITY])
{
	char ours[MESSAGE_IDENTITY];

	message_identify(ours);
	return memcmp(identity, ours, sizeof(ours)) == 0;
}
