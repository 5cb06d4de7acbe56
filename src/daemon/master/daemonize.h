/* SPDX-License-Identifier: ISC */
/*
 * daemonize: goes to the background.  The process that was started stays until
 * it knows how the start went, prints the reason if it failed, and exits with
 * that status.
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
 * Tell the parent how the start went: an exit status of sysexits.h, and a text
 * for standard error (NULL: none).  Closes fd.  Returns -1 if the parent has
 * ended already.
 */
int daemonize_report(int fd, int status, const char *text);

/*
 * Replace the standard streams by /dev/null, standard error unless it is kept.
 */
void daemonize_detach(int keep_stderr);

#endif
