/* SPDX-License-Identifier: ISC */
/*
 * wire: a snapshot as text, in which form the master sends it to other
 * processes.
 *
 * There is a line for each record: its name, then pairs of key and value, as in
 * the log.  The first line says the version of the text and of echod:
 *
 *	echod 1 version="1.0"
 *	service state=serving pid=17 ...
 *	listener address="127.0.0.1:7" name="" origin=own ...
 *	worker slot=0 pid=20 ...
 *
 * Records and keys may be added, and a reader ignores those that it does not
 * know.  Their meaning never changes.  So both ends can be of different
 * versions.
 */
#ifndef ECHOD_WIRE_H
#define ECHOD_WIRE_H

#include <stddef.h>

struct errbuf;
struct snapshot;
struct snapshot_listener;
struct snapshot_worker;

enum {
	WIRE_FORMAT = 1,
	WIRE_TEXT = 384 * 1024, /* no text is longer, without workers; */
	WIRE_LINE = 4096,	/* nor is one line */
};

/*
 * Write the text of a snapshot.  Returns its length, without the NUL at its
 * end.  WIRE_TEXT bytes are always enough; if there is less room, lines that do
 * not fit are left out as a whole.
 */
size_t wire_write(const struct snapshot *, char *, size_t room);

/*
 * The same for the line of one listener or worker, which may follow any text; a
 * room of WIRE_LINE is always enough.
 */
size_t wire_write_listener(const struct snapshot_listener *, char *,
    size_t room);
size_t wire_write_worker(const struct snapshot_worker *, char *, size_t room);

/*
 * Read a text of n bytes, which need not be trusted.  Members that it does not
 * have are 0 or empty; all strings become printable ASCII.  At most *workers
 * rows are put into `worker`; then *workers is the number of all rows.  Both
 * may be NULL.  -1 with the reason in err if this is no such text, or one of an
 * unknown version.
 */
int wire_read(struct snapshot *, struct snapshot_worker *worker,
    unsigned *workers, const char *text, size_t n, struct errbuf *err);

#endif
