/* SPDX-License-Identifier: ISC */
/*
 * ledger: the master's sums over the accounts of all workers that there have
 * ever been.  No sum ever goes down, whatever workers write and however they
 * end.
 */
#ifndef ECHOD_LEDGER_H
#define ECHOD_LEDGER_H

#include <stdint.h>

#include "common/addr.h"
#include "daemon/accounts.h"

struct ledger {
	unsigned listeners; /* how many have numbers */
	char address[ACCOUNT_LISTENERS][ADDR_TEXT];
	uint64_t gone[COUNTS];	/* of workers that have ended */
	uint64_t shown[COUNTS]; /* what ledger_show() has told last */
};

/* All workers together. */
struct ledger_sums {
	uint64_t count[COUNTS];
	uint64_t active[ACCOUNT_LISTENERS]; /* connections now */
};

/*
 * The number that an address has in the accounts, for good.  The first 31
 * addresses have numbers of their own, and all others share ACCOUNT_OTHERS.
 */
unsigned ledger_number(struct ledger *, const char *address);

/* The same, but an address without a number gets none: ACCOUNT_OTHERS then. */
unsigned ledger_find(const struct ledger *, const char *address);

/* A worker has ended: add its account to those that are gone. */
void ledger_bury(struct ledger *, const struct account_copy *);

/*
 * To sum up: begin with the workers that are gone, add the account of each one
 * that lives, and show.  The last step raises each sum to what was told last,
 * if a worker has lowered its count.
 */
void ledger_begin(const struct ledger *, struct ledger_sums *);
void ledger_add(struct ledger_sums *, const struct account_copy *);
void ledger_show(struct ledger *, struct ledger_sums *);

#endif
