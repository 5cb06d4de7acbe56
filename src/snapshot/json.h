/* SPDX-License-Identifier: ISC */
/*
 * json: a snapshot as JSON (RFC 8259), for programs.  A record of the text
 * (wire.h) is an object, its keys are the members; listeners and workers are
 * arrays of such objects.  Members may be added, and no name changes its meaning
 * as long as "schema" is the same.
 */
#ifndef ECHOD_JSON_H
#define ECHOD_JSON_H

struct snapshot;
struct snapshot_worker;

enum { JSON_SCHEMA = 1 };

/*
 * The text, with a newline at its end, to be freed; NULL: there is no memory.
 * `worker` is an array, NULL: there is nothing to be said of workers.
 */
char *json_write(const struct snapshot *, const struct snapshot_worker *worker,
    unsigned workers);

#endif
