/* SPDX-License-Identifier: ISC */
/*
 * wire: a snapshot as text, which goes from the master to others.
 *
 * There is a line for each record: its name, then pairs of key and value, as in
 * the log.  The first line says the version of the text and of echod:
 *
 *	echod 1 version="1.0"
 *	service state=serving pid=17 ...
 *	listener address="127.0.0.1:7" name="" origin=own ...
 *	worker slot=0 pid=20 ...
 *
 * Records and keys may be added, and a reader passes over what it does not know.
 * Their meaning never changes; so both ends can be of different versions.
 */
#ifndef ECHOD_WIRE_H
#define ECHOD_WIRE_H

#include <stddef.h>

struct errbuf;
struct snapshot;
struct snapshot_worker;

enum {
	WIRE_FORMAT = 1,
	WIRE_TEXT = 384 * 1024, /* no text is longer, without workers; */
	WIRE_LINE = 4096,	/* nor is one line */
};

/*
 * Write the text of a snapshot.  Returns its length, without the NUL at its
 * end; a room of WIRE_TEXT is always enough, and what does not fit into a
 * smaller one is left out, line by line.
 */
size_t wire_write(const struct snapshot *, char *, size_t room);

/* The same for the line of one worker, which may follow any text. */
size_t wire_write_worker(const struct snapshot_worker *, char *, size_t room);

/*
 * Read a text of n bytes, from anyone.  What is not in the text is 0 or empty;
 * all texts are printable ASCII.  Up to *workers rows go to `worker`; then
 * *workers is how many there are.  Both may be NULL.  -1 with the reason in err
 * when it is no such text, or of a version that is not known.
 */
int wire_read(struct snapshot *, struct snapshot_worker *worker,
    unsigned *workers, const char *text, size_t n, struct errbuf *err);

#endif
