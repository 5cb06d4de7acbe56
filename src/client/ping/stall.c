/* SPDX-License-Identifier: ISC */
#include "client/ping/stall.h"

/* What the system answers in less time was there before it was asked. */
#define AT_ONCE CLOCK_MS

void
stall_begin(struct stall *s)
{
	*s = (struct stall){ .told = clock_ns() };
	s->asked = s->told;
}

void
stall_told(struct stall *s, int64_t until)
{
	int64_t before = s->asked - s->told, now = clock_ns();

	s->late = now - s->asked < AT_ONCE ? before : 0;
	if (until < s->asked)
		until = s->asked;
	if (now > until)
		s->late += now - until;
	if (s->late < STALL_STILL)
		s->late = 0;
	else
		s->still = now;
	s->told = now;
}

int64_t
stall_late(struct stall *s, int64_t due)
{
	int64_t now = clock_ns();

	/* The standstill may have ended only now. */
	if (now - s->told >= STALL_STILL)
		s->still = now;
	return due < s->still ? now - due : 0;
}
