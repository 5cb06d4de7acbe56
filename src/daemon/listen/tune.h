/* SPDX-License-Identifier: ISC */
/*
 * tune: the options of a listener, which its connections inherit; and what a
 * worker may have done to it, for all of them have the same socket.
 */
#ifndef ECHOD_TUNE_H
#define ECHOD_TUNE_H

#include <stdbool.h>
#include <sys/time.h>

struct addr;
struct config;

enum { TUNE_NUMBERS = 8 };

/* The options as the kernel tells them, which rounds some. */
struct tuned {
	int number[TUNE_NUMBERS];
	struct timeval receive, send;
};

enum tune_state {
	TUNE_GOOD,
	TUNE_CHANGED, /* it has other options than before */
	TUNE_CLOSED,  /* it does not listen any more: shutdown(2), connect(2) */
};

/* Set all options, and listen; or the options alone.  -1 with errno. */
int tune_listener(int fd, const struct config *);
int tune_options(int fd, const struct config *);

/* What to compare with later.  False: not all of it can be read. */
bool tune_read(int fd, struct tuned *);

/* Whether a listener is still as it was read. */
enum tune_state tune_check(int fd, const struct tuned *);

/*
 * Have it listen again at its address, with the options of the configuration.
 * -1 with errno, EADDRINUSE among others: the kernel takes back a port that it
 * had chosen, and somebody else may have it by now.  The queue of one that
 * listens is left as long as it is, unless it is ours.
 */
int tune_mend(int fd, const struct addr *bound, bool ours,
    const struct config *);

#endif
