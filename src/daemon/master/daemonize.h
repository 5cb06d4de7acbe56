/* SPDX-License-Identifier: ISC */
/*
 * daemonize: leaves the terminal, while the process that was started stays
 * until it can say how the start went.
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
 * nothing to say).  Closes fd.  Returns -1 when nobody waits for it any more.
 */
int daemonize_report(int fd, int status, const char *text);

/* From now on nothing is read from or written to where we came from. */
void daemonize_detach(int keep_stderr);

#endif
