/* SPDX-License-Identifier: ISC */
/*
 * accept_fault: what an error of accept(2) means to a worker.
 */
#ifndef ECHOD_ACCEPT_FAULT_H
#define ECHOD_ACCEPT_FAULT_H

enum accept_fault {
	ACCEPT_FAULT_NONE,   /* no client is there, or a signal came */
	ACCEPT_FAULT_CLIENT, /* one connection failed, and no other */
	ACCEPT_FAULT_LACK,   /* a resource is used up: waiting may help */
	/* A worker has closed the listener for all; the master mends it
	 * (watch.h). */
	ACCEPT_FAULT_CLOSED,
	ACCEPT_FAULT_WORKER, /* this worker will never accept anybody */
};

enum accept_fault accept_fault(int error);

#endif
