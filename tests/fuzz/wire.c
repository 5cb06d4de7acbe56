/* SPDX-License-Identifier: ISC */
/*
 * wire: what echodctl, the reporter and a new master read: every text in it
 * is printable and ends within its room, every name is one that there is, and
 * what was read is written so that it reads as the same.
 */
#include "fuzz.h"

#include "common/errbuf.h"
#include "snapshot/fields.h"
#include "snapshot/snapshot.h"
#include "snapshot/wire.h"

enum { WORKERS = 4 };

static void
check_text(const char *text, size_t room)
{
	MUST(memchr(text, '\0', room) != NULL);
	for (; *text != '\0'; text++)
		MUST(*text >= 0x20 && *text < 0x7f);
}

static void
check_fields(const struct field_list *list, const void *base)
{
	for (unsigned i = 0; i < list->count; i++) {
		const struct field *field = &list->field[i];
		const char *at = (const char *)base + field->offset;
		uint64_t number;

		if (field->kind == FIELD_TEXT)
			check_text(at, field->size);
		memcpy(&number, at, sizeof(number));
		MUST(field->kind != FIELD_NAME || number < field->count);
	}
}

static void
check_again(const struct snapshot *s)
{
	static char text[WIRE_TEXT];
	static struct snapshot again;
	struct errbuf err;
	size_t n = wire_write(s, text, sizeof(text));

	MUST(n > 0 && strlen(text) == n);
	MUST(wire_read(&again, NULL, NULL, text, n, &err) == 0);
	MUST(memcmp(s, &again, sizeof(again)) == 0);
}

static void
check_workers(const struct snapshot_worker *worker, unsigned workers)
{
	char line[WIRE_LINE];

	for (unsigned i = 0; i < workers && i < WORKERS; i++) {
		check_fields(&fields_worker, &worker[i]);
		MUST(wire_write_worker(&worker[i], line, sizeof(line)) > 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct snapshot s;
	struct snapshot_worker worker[WORKERS];
	struct bytes in = { data, size };
	unsigned workers = WORKERS;
	char *text = rest(&in);
	struct errbuf err = { "" };

	/* Without the NUL, which the reader is not told of. */
	if (wire_read(&s, worker, &workers, text, size, &err) == -1) {
		check_reason(err.text, sizeof(err.text), data, size);
	} else {
		MUST(s.listener_count <= SNAPSHOT_LISTENERS);
		check_text(s.version, sizeof(s.version));
		check_fields(&fields_snapshot, &s);
		for (unsigned i = 0; i < s.listener_count; i++)
			check_fields(&fields_listener, &s.listener[i]);
		check_again(&s);
		check_workers(worker, workers);
	}
	free(text);
	return 0;
}
