/* SPDX-License-Identifier: ISC */
/*
 * json: what echod has answered, as JSON (jansson).  The names are those of the
 * control socket; numbers are numbers, times are milliseconds.
 */
#ifndef ECHOD_JSON_H
#define ECHOD_JSON_H

#include <jansson.h>
#include <stdbool.h>

struct snapshot;
struct snapshot_worker;

/* The version of the names; it grows when one changes. */
enum { JSON_SCHEMA = 1 };

/* All of a snapshot; or its listeners alone. */
json_t *json_status(const struct snapshot *);
json_t *json_listeners(const struct snapshot *);

json_t *json_workers(const struct snapshot *, const struct snapshot_worker *,
    unsigned count);

/* The settings, grouped as in the file, from the lines of "config". */
json_t *json_config(const char *lines);

json_t *json_version(const char *line);

/* How something has ended: an exit status, and a sentence. */
json_t *json_outcome(int status, const char *sentence);

/*
 * The text of a document with its newline, on one line or on several; free(3)
 * it.  The document is freed.  NULL: there is no memory.
 */
char *json_text(json_t *, bool one_line);

#endif
