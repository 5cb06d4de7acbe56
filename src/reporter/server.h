/* SPDX-License-Identifier: ISC */
/*
 * server: answers HTTP requests by asking the master.  libmicrohttpd reads from
 * clients and writes to them.  How many clients there are and how long each may
 * take is decided here (visits.h), because the library only limits the pauses
 * of a client.
 *
 * One thread waits for everything; without clients it does not wake up.
 */
#ifndef ECHOD_SERVER_H
#define ECHOD_SERVER_H

struct errbuf;

enum { SERVER_HEAD = 8192 }; /* bytes of a request without its body */

/*
 * Prepare: `master` is a stream to the master, `listener` has n sockets that
 * listen.  -1 with the reason in err.
 */
int server_open(int master, const int *listener, unsigned n,
    struct errbuf *err);

/* Serve until the master has gone.  Returns an exit status. */
int server_run(void);

#endif
