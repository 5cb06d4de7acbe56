/* SPDX-License-Identifier: ISC */
#include "client/core/fault.h"

#include <errno.h>

static const struct {
	const char *name, *words;
	enum outcome outcome;
} kinds[FAULT_KINDS] = {
	[FAULT_NONE] = { "none", "no error", OUTCOME_OK },
	[FAULT_REFUSED] = { "refused", "connection refused", OUTCOME_CONNECT },
	[FAULT_UNREACHABLE] = { "unreachable", "host unreachable",
	    OUTCOME_CONNECT },
	[FAULT_CONNECT_TIMEOUT] = { "connect_timeout", "connect timed out",
	    OUTCOME_CONNECT },
	[FAULT_RESET] = { "reset", "connection reset", OUTCOME_ENDED },
	[FAULT_ENDED] = { "ended_early", "connection ended early",
	    OUTCOME_ENDED },
	[FAULT_TIMEOUT] = { "timeout", "no echo in time", OUTCOME_TIMEOUT },
	[FAULT_MISMATCH] = { "mismatch", "echo differs", OUTCOME_MISMATCH },
	[FAULT_LOCAL] = { "local", "out of local ports, descriptors or memory",
	    OUTCOME_LIMIT },
	[FAULT_OTHER] = { "other", "other error", OUTCOME_CONNECT },
	[FAULT_UNANSWERED] = { "unanswered", "no answer before the end",
	    OUTCOME_NEGATIVE },
};

enum fault
fault_of_errno(int error)
{
	switch (error) {
	case 0:
		return FAULT_NONE;
	case ECONNREFUSED:
		return FAULT_REFUSED;
	case ENETUNREACH:
	case EHOSTUNREACH:
	case ENETDOWN:
	case EHOSTDOWN:
	case EACCES: /* forbidden by a packet filter */
	case EPERM:
		return FAULT_UNREACHABLE;
	case ETIMEDOUT:
		return FAULT_CONNECT_TIMEOUT;
	case ECONNRESET:
	case EPIPE:
	case ECONNABORTED:
		return FAULT_RESET;
	case EADDRNOTAVAIL: /* connect(2): no port is free */
	case EADDRINUSE:
	case EMFILE:
	case ENFILE:
	case ENOMEM:
	case ENOBUFS:
	case EAGAIN: /* connect(2): no port, or no entry in the cache */
		return FAULT_LOCAL;
	default:
		return FAULT_OTHER;
	}
}

enum fault
fault_of_transfer(int error)
{
	return error == ETIMEDOUT ? FAULT_TIMEOUT : fault_of_errno(error);
}

const char *
fault_name(enum fault fault)
{
	return kinds[fault].name;
}

const char *
fault_words(enum fault fault)
{
	return kinds[fault].words;
}

enum outcome
fault_outcome(enum fault fault)
{
	return kinds[fault].outcome;
}
