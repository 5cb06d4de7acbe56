/* SPDX-License-Identifier: ISC */
/*
 * accept_fault: what an error of accept(2) means to a worker.
 */
#ifndef ECHOD_ACCEPT_FAULT_H
#define ECHOD_ACCEPT_FAULT_H

enum accept_fault {
	ACCEPT_FAULT_NONE,   /* there is no client, or a signal came */
	ACCEPT_FAULT_CLIENT, /* it concerns one connection alone */
	ACCEPT_FAULT_LACK,   /* something is used up: waiting may help */
	/* The listener does not listen any more; the master makes it do so. */
	ACCEPT_FAULT_CLOSED,
	ACCEPT_FAULT_WORKER, /* it will not be better in this worker */
};

enum accept_fault accept_fault(int error);

#endif
