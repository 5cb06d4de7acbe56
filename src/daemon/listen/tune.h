/* SPDX-License-Identifier: ISC */
/*
 * tune: sets the options of a listener, which its connections inherit; and
 * finds and mends what a worker has done to it, as all processes have the same
 * socket.
 */
#ifndef ECHOD_TUNE_H
#define ECHOD_TUNE_H

#include <stdbool.h>
#include <sys/time.h>

struct addr;
struct config;

enum { TUNE_NUMBERS = 8 };

/* The options of a listener, as the kernel tells them: it has rounded some. */
struct tuned {
	int number[TUNE_NUMBERS];
	struct timeval receive, send;
};

enum tune_state {
	TUNE_GOOD,
	TUNE_CHANGED, /* a worker has changed its options */
	TUNE_CLOSED,  /* a worker called shutdown(2) or connect(2) */
};

/* Set all options, and listen; or set the options alone.  -1 with errno. */
int tune_listener(int fd, const struct config *);
int tune_options(int fd, const struct config *);

/*
 * Read the options, to compare with them later.  False if one cannot be read.
 */
bool tune_read(int fd, struct tuned *);

/* Whether a listener still listens with these options. */
enum tune_state tune_check(int fd, const struct tuned *);

/*
 * Have a listener listen again at its address, with the options of the
 * configuration.  If it still listens, the size of its queue stays as it is,
 * unless it is ours.  -1 with errno, such as EADDRINUSE: when a listener is
 * closed, the kernel frees a port that it had chosen, and somebody else may
 * have it by now.
 */
int tune_mend(int fd, const struct addr *bound, bool ours,
    const struct config *);

#endif
