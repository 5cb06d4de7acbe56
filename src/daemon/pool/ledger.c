/* SPDX-License-Identifier: ISC */
#include "daemon/pool/ledger.h"

#include <stdio.h>
#include <string.h>

unsigned
ledger_find(const struct ledger *ledger, const char *address)
{
	unsigned i = 0;

	while (
	    i < ledger->listeners && strcmp(ledger->address[i], address) != 0)
		i++;
	return i < ledger->listeners ? i : ACCOUNT_OTHERS;
}

unsigned
ledger_number(struct ledger *ledger, const char *address)
{
	unsigned i = ledger_find(ledger, address);

	if (i != ACCOUNT_OTHERS || ledger->listeners == ACCOUNT_OTHERS)
		return i;
	i = ledger->listeners++;
	snprintf(ledger->address[i], sizeof(ledger->address[i]), "%s", address);
	return i;
}

void
ledger_bury(struct ledger *ledger, const struct account_copy *copy)
{
	for (unsigned i = 0; i < COUNTS; i++)
		snapshot_add(&ledger->gone[i], copy->count[i]);
}

void
ledger_begin(const struct ledger *ledger, struct ledger_sums *sums)
{
	memcpy(sums->count, ledger->gone, sizeof(sums->count));
	memset(sums->active, 0, sizeof(sums->active));
}

void
ledger_add(struct ledger_sums *sums, const struct account_copy *copy)
{
	for (unsigned i = 0; i < COUNTS; i++)
		snapshot_add(&sums->count[i], copy->count[i]);
	sums->active[copy->listener] += copy->open;
}

void
ledger_show(struct ledger *ledger, struct ledger_sums *sums)
{
	for (unsigned i = 0; i < COUNTS; i++)
		if (sums->count[i] > ledger->shown[i])
			ledger->shown[i] = sums->count[i];
		else
			sums->count[i] = ledger->shown[i];
}
