/* SPDX-License-Identifier: ISC */
/*
 * modes: what echoc can do, a function for each mode of the command line.
 */
#ifndef ECHOC_MODES_H
#define ECHOC_MODES_H

struct destination;
struct failure;
struct options;
struct target;
struct terminal;

/* Run a mode and write its result.  Returns -1 with the failure. */
typedef int mode_run(struct target *, const struct options *,
    struct destination *, const struct terminal *, struct failure *);

/* Send one message, and show both ways line by line as the tutorial does. */
mode_run transcript_run;

/* Send a message, a file or standard input; the echo goes to the output. */
mode_run send_run;

/* Try until one whole echo has come back, or until -w is over. */
mode_run wait_run;

/* Measure a round trip each -i until -c, -w or a signal. */
mode_run ping_run;

/* Load the server with many connections, and measure rates and times. */
mode_run bench_run;

#endif
