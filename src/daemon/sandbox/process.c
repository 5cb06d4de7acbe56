/* SPDX-License-Identifier: ISC */
#include "daemon/sandbox/process.h"

#include <sys/prctl.h>
#include <unistd.h>

#include "common/errbuf.h"

const char process_worker[] = "echod:worker";

void
process_name(const char *name)
{
	/* This fails only for an invalid pointer. */
	(void)prctl(PR_SET_NAME, name);
}

int
process_parent(pid_t parent, int signo, struct errbuf *err)
{
	if (prctl(PR_SET_PDEATHSIG, (unsigned long)signo) == -1)
		return errbuf_sys(err, "cannot ask for the parent's death");
	if (getppid() != parent)
		return errbuf_set(err, "the master is gone");
	return 0;
}

int
process_hide(struct errbuf *err)
{
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		return errbuf_sys(err, "cannot hide from tracers");
	return 0;
}

int
process_no_new_privs(struct errbuf *err)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return errbuf_sys(err, "cannot set no_new_privs");
	return 0;
}
