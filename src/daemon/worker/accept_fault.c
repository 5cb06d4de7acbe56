/* SPDX-License-Identifier: ISC */
#include "daemon/worker/accept_fault.h"

#include <errno.h>

enum accept_fault
accept_fault(int error)
{
	switch (error) {
	case EAGAIN:
	case EINTR:
		return ACCEPT_FAULT_NONE;
	case ECONNABORTED:
	case ECONNRESET:
	case EPROTO:
	case ENOPROTOOPT:
	case ENETDOWN:
	case ENETUNREACH:
	case ENONET:
	case EHOSTDOWN:
	case EHOSTUNREACH:
	case EOPNOTSUPP:
	case ETIMEDOUT:
		return ACCEPT_FAULT_CLIENT;
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
	case EPERM: /* a security module refused; the client stays queued */
		return ACCEPT_FAULT_LACK;
	case EINVAL:
		return ACCEPT_FAULT_CLOSED;
	}
	return ACCEPT_FAULT_WORKER;
}
