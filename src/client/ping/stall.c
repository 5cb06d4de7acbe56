/* SPDX-License-Identifier: ISC */
#include "client/ping/stall.h"

/* An answer that takes less time was there before it was asked for. */
#define AT_ONCE CLOCK_MS

void
stall_begin(struct stall *v)
{
	*v = (struct stall){ .told = clock_ns() };
	v->asked = v->told;
}

void
stall_ask(struct stall *v)
{
	v->asked = clock_ns();
}

void
stall_told(struct stall *v, int64_t until)
{
	int64_t before = v->asked - v->told, now = clock_ns();

	v->late = now - v->asked < AT_ONCE ? before : 0;
	if (until < v->asked)
		until = v->asked;
	if (now > until)
		v->late += now - until;
	if (v->late < STALL_STILL)
		v->late = 0;
	else
		v->still = now;
	v->told = now;
}

int64_t
stall_late(struct stall *v, int64_t due)
{
	int64_t now = clock_ns();

	/* It may be only now that it goes on. */
	if (now - v->told >= STALL_STILL)
		v->still = now;
	return due < v->still ? now - due : 0;
}
