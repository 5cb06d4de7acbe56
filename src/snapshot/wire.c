/* SPDX-License-Identifier: ISC */
#include "snapshot/wire.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/errbuf.h"
#include "snapshot/buffer.h"
#include "snapshot/fields.h"
#include "snapshot/snapshot.h"

/* Writing ----------------------------------------------------------------- */

/* Printable ASCII in double quotes; other bytes as they are in the log. */
static void
put_quoted(struct buffer *out, const char *text)
{
	char hex[8];

	buffer_text(out, "\"");
	for (const char *c = text; *c != '\0'; c++)
		if (*c == '"' || *c == '\\') {
			buffer_text(out, "\\");
			buffer_put(out, c, 1);
		} else if (*c >= 0x20 && *c < 0x7f) {
			buffer_put(out, c, 1);
		} else {
			snprintf(hex, sizeof(hex), "\\\\x%02x",
			    (unsigned)(unsigned char)*c);
			buffer_text(out, hex);
		}
	buffer_text(out, "\"");
}

static void
put_pair(struct buffer *out, const char *key, uint64_t number)
{
	buffer_text(out, " ");
	buffer_text(out, key);
	buffer_text(out, "=");
	buffer_number(out, number);
}

static void
put_field(struct buffer *out, const struct field *field, const char *base)
{
	const uint64_t *number = (const uint64_t *)(const void *)(base +
	    field->offset);

	switch (field->kind) {
	case FIELD_NUMBER:
		put_pair(out, field->key, *number);
		return;
	case FIELD_NUMBERS:
		for (unsigned i = 0; i < field->count; i++)
			put_pair(out, field->names[i], number[i]);
		return;
	case FIELD_NAME:
		buffer_text(out, " ");
		buffer_text(out, field->key);
		buffer_text(out, "=");
		buffer_text(out,
		    *number < field->count ? field->names[*number] : "unknown");
		return;
	case FIELD_TEXT:
		buffer_text(out, " ");
		buffer_text(out, field->key);
		buffer_text(out, "=");
		put_quoted(out, base + field->offset);
	}
}

/*
 * Write a line for each record; a line that does not fit is left out as a
 * whole.
 */
static void
put_lines(struct buffer *out, const struct field_list *list, const void *base)
{
	size_t begin = out->n;

	for (unsigned i = 0; i < list->count && !out->full; i++) {
		const struct field *field = &list->field[i];

		if (i == 0 ||
		    strcmp(field->record, list->field[i - 1].record) != 0) {
			if (i > 0)
				buffer_text(out, "\n");
			if (!out->full)
				begin = out->n;
			buffer_text(out, field->record);
		}
		put_field(out, field, base);
	}
	buffer_text(out, "\n");
	if (out->full)
		buffer_cut(out, begin);
}

size_t
wire_write(const struct snapshot *snapshot, char *text, size_t room)
{
	struct buffer out;

	buffer_begin(&out, text, room);
	buffer_text(&out, "echod ");
	buffer_number(&out, WIRE_FORMAT);
	buffer_text(&out, " version=");
	put_quoted(&out, snapshot->version);
	buffer_text(&out, "\n");
	if (out.full) {
		buffer_cut(&out, 0);
		return 0;
	}
	put_lines(&out, &fields_snapshot, snapshot);
	for (unsigned i = 0;
	     i < snapshot->listener_count && i < SNAPSHOT_LISTENERS; i++)
		put_lines(&out, &fields_listener, &snapshot->listener[i]);
	return out.n;
}

static size_t
write_line(const struct field_list *list, const void *base, char *text,
    size_t room)
{
	struct buffer out;

	buffer_begin(&out, text, room);
	put_lines(&out, list, base);
	return out.n;
}

size_t
wire_write_listener(const struct snapshot_listener *listener, char *text,
    size_t room)
{
	return write_line(&fields_listener, listener, text, room);
}

size_t
wire_write_worker(const struct snapshot_worker *worker, char *text, size_t room)
{
	return write_line(&fields_worker, worker, text, room);
}

/* Reading ----------------------------------------------------------------- */

/* What is left of a text, or of one line. */
struct in {
	const char *at, *end;
};

enum { VALUE = 1024 };

/* The next line without its newline; false: there is none. */
static bool
take_line(struct in *text, struct in *line)
{
	const char *newline;

	if (text->at == text->end)
		return false;
	newline = memchr(text->at, '\n', (size_t)(text->end - text->at));
	line->at = text->at;
	line->end = newline != NULL ? newline : text->end;
	text->at = newline != NULL ? newline + 1 : text->end;
	return true;
}

/*
 * Take the bytes up to `stop`, a space or the end; a word that is too long is
 * cut.
 */
static void
take_word(struct in *line, char stop, char word[VALUE])
{
	size_t n = 0;

	for (; line->at < line->end && *line->at != stop && *line->at != ' ';
	     line->at++)
		if (n + 1 < VALUE)
			word[n++] = *line->at;
	word[n] = '\0';
}

/* A text in quotes, without them. */
static void
take_quoted(struct in *line, char value[VALUE])
{
	size_t n = 0;

	for (line->at++; line->at < line->end && *line->at != '"'; line->at++) {
		if (*line->at == '\\' && line->at + 1 < line->end)
			line->at++;
		if (n + 1 < VALUE)
			value[n++] = *line->at;
	}
	value[n] = '\0';
	if (line->at < line->end)
		line->at++;
}

/* The next pair; false: there is none. */
static bool
take_pair(struct in *line, char key[VALUE], char value[VALUE])
{
	while (line->at < line->end && *line->at == ' ')
		line->at++;
	if (line->at == line->end)
		return false;
	take_word(line, '=', key);
	value[0] = '\0';
	if (line->at < line->end && *line->at == '=')
		line->at++;
	if (line->at < line->end && *line->at == '"')
		take_quoted(line, value);
	else
		take_word(line, ' ', value);
	return true;
}

/* Digits alone; anything else, and what is too large, is no number. */
static bool
parse(const char *text, uint64_t *number)
{
	uint64_t n = 0, digit;

	for (const char *c = text; *c != '\0'; c++) {
		if (*c < '0' || *c > '9')
			return false;
		digit = (uint64_t)(*c - '0');
		if (n > (UINT64_MAX - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*number = n;
	return text[0] != '\0';
}

static bool
find_name(const struct field *field, const char *name, uint64_t *i)
{
	for (*i = 0; *i < field->count; (*i)++)
		if (strcmp(field->names[*i], name) == 0)
			return true;
	return false;
}

/*
 * Copy a text, without bytes that are not printable: they could control a
 * terminal.
 */
static void
set_text(char *to, size_t size, const char *value)
{
	size_t n;

	memset(to, 0, size);
	for (n = 0; n + 1 < size && value[n] != '\0'; n++)
		to[n] = (char)(value[n] >= 0x20 && value[n] < 0x7f ? value[n] :
								     '?');
}

/*
 * Set the member of this field if it has the key.  True if it has; a value that
 * is not valid is ignored.
 */
static bool
set_field(const struct field *field, char *base, const char *key,
    const char *value)
{
	uint64_t *number = (uint64_t *)(void *)(base + field->offset), i;

	if (field->kind == FIELD_NUMBERS) {
		if (!find_name(field, key, &i))
			return false;
		(void)parse(value, &number[i]);
		return true;
	}
	if (strcmp(field->key, key) != 0)
		return false;
	if (field->kind == FIELD_TEXT)
		set_text(base + field->offset, field->size, value);
	else if (field->kind == FIELD_NUMBER)
		(void)parse(value, number);
	else if (find_name(field, value, &i))
		*number = i;
	return true;
}

static void
set_all(const struct field_list *list, void *base, const char *record,
    struct in *line)
{
	char key[VALUE], value[VALUE];

	while (take_pair(line, key, value))
		for (unsigned i = 0; i < list->count; i++)
			if (strcmp(list->field[i].record, record) == 0 &&
			    set_field(&list->field[i], base, key, value))
				break;
}

/* The first line: "echod 1 version=...". */
static int
read_head(struct snapshot *snapshot, struct in *line, struct errbuf *err)
{
	char word[VALUE], value[VALUE];
	uint64_t format;

	take_word(line, ' ', word);
	if (strcmp(word, "echod") != 0)
		return errbuf_set(err, "this is no status of an echod");
	while (line->at < line->end && *line->at == ' ')
		line->at++;
	take_word(line, ' ', word);
	if (!parse(word, &format) || format != WIRE_FORMAT)
		return errbuf_set(err,
		    "the status of this echod has another form: use programs "
		    "of the same version");
	while (take_pair(line, word, value))
		if (strcmp(word, "version") == 0)
			set_text(snapshot->version, sizeof(snapshot->version),
			    value);
	return 0;
}

int
wire_read(struct snapshot *snapshot, struct snapshot_worker *worker,
    unsigned *workers, const char *text, size_t n, struct errbuf *err)
{
	struct in in = { text, text + n }, line = { text, text };
	unsigned room = workers != NULL && worker != NULL ? *workers : 0;
	unsigned rows = 0;
	char record[VALUE];

	memset(snapshot, 0, sizeof(*snapshot));
	(void)take_line(&in, &line);
	if (read_head(snapshot, &line, err) == -1)
		return -1;
	while (take_line(&in, &line)) {
		take_word(&line, ' ', record);
		if (strcmp(record, "worker") == 0) {
			if (rows < room) {
				memset(&worker[rows], 0, sizeof(*worker));
				set_all(&fields_worker, &worker[rows], record,
				    &line);
			}
			rows++;
		} else if (strcmp(record, "listener") != 0) {
			set_all(&fields_snapshot, snapshot, record, &line);
		} else if (snapshot->listener_count < SNAPSHOT_LISTENERS) {
			set_all(&fields_listener,
			    &snapshot->listener[snapshot->listener_count++],
			    record, &line);
		}
	}
	if (workers != NULL)
		*workers = rows;
	return 0;
}
