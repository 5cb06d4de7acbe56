/* SPDX-License-Identifier: ISC */
/*
 * daemonize: goes to the background; its parent reports how the start went.
 */
#ifndef ECHOD_DAEMONIZE_H
#define ECHOD_DAEMONIZE_H

struct errbuf;

/*
 * Go on in a child without a terminal, in the root directory.  Returns the
 * descriptor for daemonize_report() in the child, -1 with the reason if
 * there is none.  The parent waits for the report, prints its text on
 * standard error and exits with its status.
 */
int daemonize_start(struct errbuf *);

/*
 * Tell the parent the outcome: an exit status of sysexits.h, and why (NULL:
 * nothing to say).  Closes fd.  Returns -1 when the parent has ended.
 */
int daemonize_report(int fd, int status, const char *text);

/* Replace the standard streams by /dev/null, standard error only if not kept. */
void daemonize_detach(int keep_stderr);

#endif
