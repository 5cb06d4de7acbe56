/* SPDX-License-Identifier: ISC */
#include "client/ping/stall.h"

/* An answer that takes less time was there before it was asked for. */
#define AT_ONCE CLOCK_MS

void
vigil_begin(struct vigil *v)
{
	*v = (struct vigil){ .told = clock_ns() };
	v->asked = v->told;
}

void
vigil_ask(struct vigil *v)
{
	v->asked = clock_ns();
}

void
vigil_told(struct vigil *v, int64_t until)
{
	int64_t before = v->asked - v->told, now = clock_ns();

	v->late = now - v->asked < AT_ONCE ? before : 0;
	if (until < v->asked)
		until = v->asked;
	if (now > until)
		v->late += now - until;
	if (v->late < VIGIL_STILL)
		v->late = 0;
	else
		v->still = now;
	v->told = now;
}

int64_t
vigil_late(struct vigil *v, int64_t due)
{
	int64_t now = clock_ns();

	/* It may be only now that it goes on. */
	if (now - v->told >= VIGIL_STILL)
		v->still = now;
	return due < v->still ? now - due : 0;
}
