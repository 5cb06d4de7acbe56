/* SPDX-License-Identifier: ISC */
#include "daemon/sandbox/process.h"

#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "common/errbuf.h"

void
process_name(const char *role)
{
	char name[16];

	(void)snprintf(name, sizeof(name), "echod:%s", role);
	/* It fails only for an invalid pointer. */
	(void)prctl(PR_SET_NAME, name);
}

int
process_parent(pid_t parent, int signo, struct errbuf *err)
{
	if (prctl(PR_SET_PDEATHSIG, signo) == -1)
		return errbuf_sys(err, "cannot ask for the parent's death");
	if (getppid() != parent)
		return errbuf_set(err, "the master is gone");
	return 0;
}
