/* SPDX-License-Identifier: ISC */
/*
 * json: a snapshot as JSON (RFC 8259), for programs.  A record of the text
 * (wire.h) is an object, its keys are the members; listeners and workers are
 * arrays of such objects.  Members may be added, and no name changes its
 * meaning as long as "schema" is the same.
 */
#ifndef ECHOD_JSON_H
#define ECHOD_JSON_H

#include <jansson.h>
#include <stdbool.h>

struct snapshot;
struct snapshot_worker;

enum { JSON_SCHEMA = 1 };

/*
 * The text of a snapshot, with a newline at its end, to be freed; NULL: there
 * is no memory.  `worker` is an array; if it is NULL, the text has no workers.
 */
char *json_write(const struct snapshot *, const struct snapshot_worker *worker,
    unsigned workers);

/*
 * Parts of such a document, to make another one: an object with only the
 * schema, the whole snapshot, and the arrays.  NULL: there is no memory.
 */
json_t *json_document(void);
json_t *json_snapshot(const struct snapshot *);
json_t *json_listeners(const struct snapshot *);
json_t *json_workers(const struct snapshot_worker *, unsigned count);

/*
 * The text of a document, as json_write() makes it, on one line or on several.
 * The document is freed.
 */
char *json_text(json_t *, bool one_line);

#endif
