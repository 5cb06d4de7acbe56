/* SPDX-License-Identifier: ISC */
/* lines: what a module writes into the log, for those who have no logger. */
#ifndef ECHOD_TEST_LINES_H
#define ECHOD_TEST_LINES_H

#include <fcntl.h>

#include "common/errbuf.h"
#include "daemon/log/log.h"

/* A log of which nobody waits for the next line. */
static inline int
lines_open(struct errbuf *err)
{
	return log_open(err) == -1 ? -1 :
				     fcntl(log_reader(), F_SETFL, O_NONBLOCK);
}

static inline int
lines_close(void **state)
{
	(void)state;
	log_close();
	return 0;
}

/* The next one in the queue; "" when there is none. */
static inline const char *
lines_next(void)
{
	static char record[LOG_LINE + 1];
	pid_t sender;
	ssize_t n = log_receive(record, LOG_LINE, &sender);

	record[n > 0 ? n : 0] = '\0';
	return record;
}

#endif
