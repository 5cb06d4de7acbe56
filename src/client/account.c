/* SPDX-License-Identifier: ISC */
#include "client/account.h"

#include <math.h>

#include "client/link.h"

void
account_answer(struct account *a, const struct answer *answer)
{
	double delta;

	if (answer->fault == FAULT_MISMATCH) {
		a->corrupt++;
		a->lost += !answer->late && answer->seq != 0;
		return;
	}
	if (answer->fault != FAULT_NONE) {
		a->lost++;
		return;
	}
	if (answer->late) {
		a->late++;
		return;
	}
	a->received++;
	histogram_record(&a->times, answer->time_ns);
	delta = (double)answer->time_ns - a->mean;
	a->mean += delta / (double)a->received;
	a->squares += delta * ((double)answer->time_ns - a->mean);
}

double
account_loss_percent(const struct account *a)
{
	return a->sent > 0 ? 100.0 * (double)a->lost / (double)a->sent : 0;
}

double
account_deviation(const struct account *a)
{
	return a->received > 0 ? sqrt(a->squares / (double)a->received) : 0;
}
