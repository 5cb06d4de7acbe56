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
	unsigned listeners; /* numbers in use */
	char address[ACCOUNT_LISTENERS][ADDR_TEXT];
	uint64_t gone[COUNTS];	/* of workers that have ended */
	uint64_t shown[COUNTS]; /* what was told last */
};

/* All workers together. */
struct ledger_sums {
	uint64_t count[COUNTS];
	uint64_t active[ACCOUNT_LISTENERS]; /* connections now */
};

/*
 * The number of a listener in accounts, which an address keeps for good.  The
 * first 31 addresses have their own, and all further ones ACCOUNT_OTHERS.
 */
unsigned ledger_number(struct ledger *, const char *address);

/* The same of an address that may be unknown, which has ACCOUNT_OTHERS. */
unsigned ledger_find(const struct ledger *, const char *address);

/* A worker has ended, after this: what it did is kept. */
void ledger_bury(struct ledger *, const struct account_copy *);

/* First of all workers alive: nothing.  Then for each: add it.  Then: show. */
void ledger_begin(const struct ledger *, struct ledger_sums *);
void ledger_add(struct ledger_sums *, const struct account_copy *);
void ledger_show(struct ledger *, struct ledger_sums *);

#endif
